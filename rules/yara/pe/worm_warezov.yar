/* W32/Warezov, also Stration: the variant that sent links over Skype. The path is a fact from a
   public rule (ditekshen/detection, BSD-2-Clause, MALWARE_Win_Warezov); the rule here is our own.
   */

rule MAL_Worm_Warezov_Nov26
{
    meta:
        id = "8990e154-acae-5884-8e2f-720bbcbc2820"
        version = "1.0"
        description = "Detects W32/Warezov, also Stration (Skype, February 2007), by its dropped file and its lure"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://www.computing.co.uk/ctg/news/1827746/new-warezov-virus-spreads-skype"
        reference_2 = "http://www.temi.co.uk/skype-users-targeted-by-trojan-horse/"
        reference_3 = "https://github.com/ditekshen/detection/blob/master/yara/malware.yar"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Warezov"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 60
    strings:
        $dropped = "sqhos32.wmf" ascii wide
        $lure = "Check up this" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and $dropped and $lure
}
