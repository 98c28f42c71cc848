/* W32/Koobface: a false video page in the messages of social networks, then a false codec. The
   sentences may come from its server; flash_player.exe and codecsetup.exe are too common to count.
   */

rule MAL_Worm_Koobface_Nov26
{
    meta:
        id = "91c8bd43-a835-5b74-a4cd-76cf08411383"
        version = "1.0"
        description = "Detects W32/Koobface (Facebook and MySpace messages, 2008) by its lures and file names"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://popwife.blogspot.com/2009/01/beware-koobface-is-out-there.html"
        reference_2 = "http://kellepcharles.blogspot.com/2008/12/koobface-worm-is-spreading-through.html"
        reference_3 = "https://experts123.com/q/was-there-a-worm-virus-that-had-facebook-operations-down-on-august-30.html"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Koobface"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 60
    strings:
        $lure_funny = "You look so funny on our new video" ascii wide
        $lure_acting = "Are you sure this is your first acting experience?" ascii wide
        $lure_sure = "i'm sure it's you on this video" ascii wide
        $lure_busted = "How can anyone get so busted by a spy camera?" ascii wide
        $lure_show = "You're the whole show! i'm admired with you." ascii wide
        $file_facebook = "fbtre9.exe" ascii wide
        $file_myspace = "mstre6.exe" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and
        1 of ($file*) and 1 of ($lure*)
}
