/* W32.Yimfoca: sends links to a "photo" over Yahoo! Messenger.
   infocard.exe alone is an honest Windows file (CardSpace). */

rule MAL_Worm_Yimfoca_Nov26
{
    meta:
        id = "96e59f7d-bb5c-5603-aac0-7914f5e20333"
        version = "1.0"
        description = "Detects W32.Yimfoca, also Palevo.DP (Yahoo! Messenger, May 2010), by its Run value and decoy page"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://www.symantec.com/connect/blogs/new-yahoo-messenger-worm"
        reference_2 = "http://www.maximumpc.com/symantec-warns-of-worm-spreading-through-yahoo-messenger/"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Yimfoca"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $run = "Firewall Administrating" ascii wide
        $decoy = "browseusers.myspace.com/Browse/Browse.aspx" ascii wide
        $file_infocard = "infocard.exe" ascii wide
        $file_winbrd = "winbrd.jpg" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 4MB and
        $decoy and ($run or all of ($file*))
}
