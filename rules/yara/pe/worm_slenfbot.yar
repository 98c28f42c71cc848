/* Slenfbot: one published text, the window class of the MSN contact list, which honest programs
   know too. With the two other things reported of it, removable drives and an IRC backdoor, it is a
   suspicion. */

rule SUSP_Worm_Slenfbot_Nov26
{
    meta:
        id = "162da3d6-8c7b-5fb7-9782-f8afd8d6ef0d"
        version = "1.0"
        description = "Detects a program that knows the MSN contact list, writes autorun.inf and talks IRC, as Slenfbot does"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://wikisum.wiki/wiki/Slenfbot"
        reference_2 = "https://grokipedia.com/page/slenfbot"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Slenfbot"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 50
    strings:
        $window = "MSBLWindowClass" ascii wide
        $drive = "autorun.inf" ascii wide nocase
        $section = "[autorun]" ascii wide nocase
        $irc_message = "PRIVMSG " ascii wide
        $irc_join = "JOIN #" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and 1 of ($irc*) and $window and $drive and $section
}
