/* W32/Skipi: sends a link over Skype that shows .jpg and serves .scr. */

rule MAL_Worm_Skipi_Nov26
{
    meta:
        id = "ef7e45de-d172-5a91-9b8f-4161aa254a64"
        version = "1.0"
        description = "Detects W32/Skipi, also Pykspa.D or Ramex (Skype, September 2007), by its lures and file names"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.theinternetpatrol.com/new-skype-worm-threatens-all-skype-windows-users/"
        reference_2 = "https://cdrinfo.com/d7/content/new-skype-virus-confirmed"
        reference_3 = "http://blog.trendmicro.com/2007/09/10/"
        reference_4 = "https://www.johannesbader.ch/2015/03/the-dga-of-pykspa/"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Skipi"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $lure_friend = "what ur friend name wich is in photo ?" ascii wide
        $lure_oops = "oops sorry please don't look there :S" ascii wide
        $lure_crazy = "look what crazy photo" ascii wide
        $lure_old = "you skype version is old" ascii wide
        $file_wndrivs = "wndrivs32.exe" ascii wide
        $file_mshtmldat = "mshtmldat32.exe" ascii wide
        $file_winlgcvers = "winlgcvers.exe" ascii wide
        $file_sdrivew = "sdrivew32.exe" ascii wide
        $path = "erotic-gallerys/usr5d8c/dsc027" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 4MB and
        2 of them and 1 of ($lure*, $path) and 1 of ($file*, $path)
}
