/* Win32.Funso, also I-Worm.Menace: steals AOL passwords and spreads by the mail of the AOL client.
   */

rule MAL_Worm_Funso_Nov26
{
    meta:
        id = "fd474311-1101-541d-921e-9a0f7657f18a"
        version = "1.0"
        description = "Detects Win32.Funso, also I-Worm.Menace (AOL), by its lure, its file and its Run value"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.tek-tips.com/threads/aol-email-virus.106500/post-375901"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Funso"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 60
    strings:
        $lure = "You guys have to download this! This really is funny!" ascii wide
        $file = "sofunny.exe" ascii wide
        $run = "msdos423" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and $lure and 1 of ($file, $run)
}
