/* W32/Rodok: asks MSN Messenger contacts to try "a program I made myself". */

rule MAL_Worm_Rodok_Nov26
{
    meta:
        id = "5abc6ffc-985a-5443-b050-e69a1292e778"
        version = "1.0"
        description = "Detects W32/Rodok, also Fleming or Henpeck (MSN Messenger, October 2002), by its lure"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.f-secure.com/v-descs/henpeck.shtml"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Rodok"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $lure_check = "Could you please check out this program for me" ascii wide
        $lure_made = "I made it myself and want people to test it" ascii wide
        $lure_advice = "give me advices on what to upgrade please!!" ascii wide
        $update = "update35784.exe" ascii wide
        $keygen = "hehe2397824.exe" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and
        1 of ($update, $keygen) and 1 of ($lure*)
}
