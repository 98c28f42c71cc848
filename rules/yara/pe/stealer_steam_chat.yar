/* The stealer that came over Steam chat as a .scr with a photo for an icon. File names and short
   sentences are all that is published: suspicious. */

rule SUSP_Stealer_SteamChat_Nov26
{
    meta:
        id = "9aaa7f37-f760-509c-b9ca-663126fa81a6"
        version = "1.0"
        description = "Detects the Steam chat stealer of November 2014 by the file it drops and its link or lure"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://gameranx.com/?p=25238"
        reference_2 = "https://www.securityweek.com/malware-distributed-steam-chat-scr-file"
        reference_3 = "https://grahamcluley.com/wtf-malware-spreads-via-steam-chat/"
        category = "MALWARE"
        malware_type = "STEALER"
        family = "Steam chat stealer"
        level = "suspicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 50
    strings:
        $file = "wrrrrrrrrrrrr.exe" ascii wide
        $link = "&confirm=no_antivirus" ascii wide
        $lure_wtf = "WTF?????" ascii wide
        $lure_look = "Look at my photo" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and $file and 1 of ($link, $lure*)
}
