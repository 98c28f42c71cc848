/* W32/Goner.A: a screen saver sent over ICQ and by mail.  It is packed with UPX: the packed file
   is left to rules/clamav/douane.ldb, because ClamAV unpacks and YARA does not. */

rule MAL_Worm_Goner_Nov26
{
    meta:
        id = "99c86ded-39ae-59f3-a90b-419b14d679e5"
        version = "1.0"
        description = "Detects W32/Goner.A (ICQ and mail, December 2001), unpacked, by its messages"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://www.europe.f-secure.com/v-descs/goner.shtml"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Goner"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $error = "Error While Analyze DirectX!" ascii wide
        $lure_saw = "When I saw this screen saver, I immediately thought about you" ascii wide
        $lure_harry = "I am in a harry, I promise you will love it!" ascii wide
        $channel = "#pentagonex" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and
        1 of ($lure*) and 1 of ($error, $channel)
}
