/* W32/Sumom: offers itself over MSN Messenger as a .pif.  It is packed with MEW: the packed file
   is left to rules/clamav/douane.ldb, because ClamAV unpacks and YARA does not. */

rule MAL_Worm_Sumom_Nov26
{
    meta:
        id = "783d969d-64db-5b06-bb96-5267369f65de"
        version = "1.0"
        description = "Detects W32/Sumom, also Serflog or Fatso (MSN Messenger, March 2005), unpacked, by a name and the message it sends"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://www.f-secure.com/v-descs/sumom_a.shtml"
        reference_2 = "https://forums.totalchoicehosting.com/topic/17787-virus-alert-using-im-as-transport-means/#comment-118526"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Sumom"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $pif_frog = "Crazy frog gets killed by train!.pif" ascii wide
        $pif_annoying = "Annoying crazy frog getting killed.pif" ascii wide
        $pif_friends = "See my lesbian friends.pif" ascii wide
        $pif_cat = "The Cat And The Fan piccy.pif" ascii wide
        $pif_banana = "How a Blonde Eats a Banana.." ascii wide
        $lure = "Omg click this" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and
        1 of ($pif*) and $lure
}
