/* IM.Myspace04.AIM: answers those who doubt its link. */

rule MAL_Worm_Myspace04_Nov26
{
    meta:
        id = "a7a17871-add1-5e04-81f5-44ab471c5b2e"
        version = "1.0"
        description = "Detects IM.Myspace04.AIM (AIM, December 2005) by its answers, its file and its host"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://www.pcpro.co.uk/news/security/81153/new-aim-threat-from-talking-worm"
        reference_2 = "https://neowin.net/amp/aim-worm-mimics-talking-im-bots"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Myspace04"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 60
    strings:
        $reply_virus = "lol no its not its a virus" ascii wide
        $reply_cool = "lol thats cool" ascii wide
        $file = "clarissa17.pif" ascii wide
        $host = "myphotos.cc" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and 2 of them and
        1 of ($reply_virus, $file) and 1 of ($file, $host)
}
