/* yhoo32.explr: installs a false browser. Known from press reports only, hence suspicious. */

rule SUSP_Worm_Yhoo32_Nov26
{
    meta:
        id = "b572b5a9-01c6-5d0c-a85a-24650c5fdad6"
        version = "1.0"
        description = "Detects yhoo32.explr, the Safety Browser worm (Yahoo! Messenger, May 2006), by the names it uses"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://www.trinigamers.com/forums/archive/index.php/t-2814.html"
        reference_2 = "http://www.1-script.com/forums/computer-security/new-yahoo-im-worm-emerges-6892-.htm"
        category = "MALWARE"
        malware_type = "WORM"
        family = "yhoo32.explr"
        level = "suspicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 50
    strings:
        $name = "yhoo32.explr" ascii wide
        $bot = "Goat_Ensem Bot" ascii wide
        $browser = "Safety Browser" ascii wide
        $home = "Demoplanet" ascii wide nocase
    condition:
        uint16(0) == 0x5A4D and filesize < 4MB and 1 of ($name, $bot) and 2 of them
}
