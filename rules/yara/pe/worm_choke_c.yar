/* W32/Choke.c, also Jerry: sends itself as a "new pic" over MSN Messenger. */

rule MAL_Worm_ChokeC_Nov26
{
    meta:
        id = "399ae130-a484-5b43-a5db-c91c525aa4f2"
        version = "1.0"
        description = "Detects W32/Choke.c (MSN Messenger, August 2001) by its lures and its dropped file"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://vil.nai.com/vil/content/v_99184.htm"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Choke"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $error = "Cannot open file. May be corupted. Replace the file with a new one and try again" ascii wide
        $lure = "hey, want me to send my new pic?" ascii wide
        $keyword = "maybe pweese ? :-)" ascii wide
        $reply = "i guess i hope you like it" ascii wide
        $path = "Messenger1324\\Brain\\1Read Me.txt" ascii wide
        $jerry = "I come in piece. My name is Jerry." ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and 2 of them and
        1 of ($error, $path, $jerry)
}
