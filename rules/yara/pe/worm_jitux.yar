/* W32/Jitux: sends a link to itself to all contacts every five minutes. Its file name is the one
   word published; it counts at the end of a link, in a Visual Basic program, as reports call it. */

rule MAL_Worm_Jitux_Nov26
{
    meta:
        id = "2cbcc265-6f4b-577d-8b54-08093a458075"
        version = "1.0"
        description = "Detects W32/Jitux (MSN Messenger, December 2003) by the link to itself in a Visual Basic program"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://www.itweb.co.za/sections/internet/2004/0401051046.asp"
        reference_2 = "http://www.esecurityplanet.com/trends/article.php/3295441/Microsoft-Responds-to-Latest-IM-Worm.htm"
        reference_3 = "https://undergroundnews.com/forum/ubbthreads.php/topics/38482/msn-messenger-worm-making-rounds.html"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Jitux"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 60
    strings:
        $link = /:\/\/[!-~]{1,80}\/jituxramon\.exe/ ascii wide nocase
        $runtime = /MSVBVM[56]0\.DLL/ nocase ascii
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and all of them
}
