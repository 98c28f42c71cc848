/* W32/Bropia: drops a bot and sends itself to all who chat, as one of these .pif names.
   IMWindowClass is in honest software too and never decides without such a name. */

rule MAL_Worm_Bropia_Nov26
{
    meta:
        id = "6527ba25-4929-5b13-8e42-02eece7207fb"
        version = "1.0"
        description = "Detects W32/Bropia (MSN Messenger, 2005) by the names it sends and the programs it looks for"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://f-secure.com/v-descs/bropia_c.shtml"
        reference_2 = "https://01net.it/nuovo-worm-si-diffonde-via-msn-messenger"
        reference_3 = "http://bbs2.04gd.com/thread-23949-1-3.html"
        reference_4 = "http://www.pcmag.com/article2/0,2817,1760883,00.asp"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Bropia"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $pif_bedroom = "sexy_bedroom.pif" ascii wide nocase
        $pif_drunk = "drunk_lol.pif" ascii wide nocase
        $pif_party = "naked_party.pif" ascii wide nocase
        $pif_love = "love_me.pif" ascii wide nocase
        $pif_see = "see_me.pif" ascii wide nocase
        $pif_piccie = "piccie_lol.pif" ascii wide nocase
        $pif_haha = "hahahaha.pif" ascii wide
        $pif_me = "me_2005.pif" ascii wide nocase
        $check_winexec = "winexec32.exe" ascii wide nocase
        $check_adaware = "adaware32.exe" ascii wide nocase
        $window = "IMWindowClass" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and
        1 of ($pif*) and 2 of ($pif*, $check*) and $window
}
