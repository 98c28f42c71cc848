/* W32.Upering.Worm: sends itself to the AOL address book, by mail and by instant message. The lure
   and the file name have two sources; the Run value and the ICQ numbers only one, of little
   authority, so that one of them alone never decides. */

rule MAL_Worm_Upering_Nov26
{
    meta:
        id = "39354f6a-49e3-5468-b07a-623a8b65831c"
        version = "1.0"
        description = "Detects W32.Upering.Worm, also Annoyer.B or Sany (AOL, July 2003), by its lure, file and Run value"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://findwords.info/term/upering"
        reference_2 = "http://en.wikipedia.org/wiki/Upering"
        reference_3 = "https://grokipedia.com/page/upering"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Upering"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $lure = "HEY HERE'S MY PIC!!! ITS TO BIG TO SHOW IN MAIL" ascii wide
        $file = "WinUpdate32Login.exe" ascii wide
        $run = "svcwinprocess32" ascii wide
        $uin_first = "330325635" ascii wide
        $uin_second = "234018819" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and 2 of them and
        1 of ($lure, $uin*) and 1 of ($lure, $file, $run)
}
