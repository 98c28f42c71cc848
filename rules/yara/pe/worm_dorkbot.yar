/* Dorkbot, also NgrBot. Three texts of the program are facts that a public rule without a licence
   names (g00dv1n, Worm.Dorkbot); the rule here is our own. The lures are set by its master and may
   be missing. */

rule MAL_Worm_Dorkbot_Nov26
{
    meta:
        id = "a1255017-279a-50e1-a313-7d8d725a860e"
        version = "1.0"
        description = "Detects Win32/Dorkbot, also NgrBot (Skype, October 2012), by texts of the program and its lures"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://github.com/mikesxrs/Open-Source-YARA-rules/blob/master/g00dv1n/Worm.Dorkbot.yar"
        reference_2 = "https://www.pingzine.com/dorkbot-worm-variant-spreads-through-lol-skype-im-19021/"
        reference_3 = "https://desheep.wordpress.com/2012/10/11/cyberattacks-october-2012-skype-viruses/"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Dorkbot"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $program_error = "ngrBot Error" ascii wide
        $program_msn = "[MSN]: Updated MSN spread message to" ascii wide
        $program_marker = "snkb00pt" ascii wide
        $lure_pic = "is this your new profile pic?" ascii wide
        $lure_skype = "is this your skype profile pic?" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and 1 of ($program*) and
        2 of them and 1 of ($program_msn, $lure*)
}
