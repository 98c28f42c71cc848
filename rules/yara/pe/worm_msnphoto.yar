/* Worm.Win32.MSNPhoto.d: sends myphotos2007.zip with one of two questions. */

rule MAL_Worm_MsnPhoto_Nov26
{
    meta:
        id = "54288735-b014-5b2b-b878-cb58bf330dbb"
        version = "1.0"
        description = "Detects Worm.Win32.MSNPhoto.d (MSN Messenger, August 2007) by its lures and the archive it sends"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://www.rising-global.com/Published/InformationCenter/DailyVirusReport/2007-08-27/20070827104138.htm"
        category = "MALWARE"
        malware_type = "WORM"
        family = "MSNPhoto"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 60
    strings:
        $lure_how = "How do i look at this picture?" ascii wide
        $lure_haha = "Haha, is that you on that picture?" ascii wide
        $file = "myphotos2007.zip" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and $file and 1 of ($lure*)
}
