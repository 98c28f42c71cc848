/* W32/Choke: answers chats on MSN Messenger with an offer of itself. */

rule MAL_Worm_Choke_Nov26
{
    meta:
        id = "58aba3b7-654a-551e-a12d-fa8d85f71c52"
        version = "1.0"
        description = "Detects W32/Choke (MSN Messenger, June 2001) by its false errors and its lure"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://www.pcwelt.de/ratgeber/W32-Choke-1236665.html"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Choke"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $error_flash = "This program needs Flash 6.5 to run!" ascii wide
        $error_quit = "Cannot run program!, Quitting" ascii wide
        $lure = "President bush shooter is game that allows you to shoot Bush" ascii wide
        $about = "A MAD CHRISTIAN" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and 2 of them
}
