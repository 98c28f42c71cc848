/* W32/Kelvir: sends a link with one of these sentences to every contact. */

rule MAL_Worm_Kelvir_Nov26
{
    meta:
        id = "d7564157-d4b9-5f8f-a5fb-ed94275eb351"
        version = "1.0"
        description = "Detects W32/Kelvir (MSN Messenger, March 2005) by its lures and file names"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.sophos.com/en-us/press-office/press-releases/2005/03/va_kelvirf.aspx"
        reference_2 = "https://messengersupportspace.wordpress.com/2005/03/07/virusworm-update-kelvir-a-and-kelvir-b/"
        reference_3 = "https://www.itmagazine.ch/artikel/34406/In_MSNs_Messenger_wurmts.html"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Kelvir"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $lure_see = "lol! see it! u'll like it" ascii wide
        $lure_omg = "omg this is funny!" ascii wide
        $lure_pants = "check this out I almost pee'd my pants" ascii wide
        $lure_chair = "wow, i almost fell off the chair when i saw this" ascii wide
        $lure_drawing = "haha i just found the funniest drawing, check it out" ascii wide
        $lure_drug = "this drawing makes you feel like your on some type of drug" ascii wide
        $lure_trip = "crazy, its like a virtual acidtrip or something" ascii wide
        $file_omg = "/omg.pif" ascii wide
        $file_shell = "funnyashell.scr" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and
        1 of ($file*) and 1 of ($lure*)
}
