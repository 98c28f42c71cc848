/* The VBS installers of the WhatsApp waves of 2025 and 2026 (Astaroth, STAC3150): one script fetches
   several further parts, an installer, Python, AutoIt, and hides what it says.  Scripts that install
   one product for a company fetch one kind of part and speak plainly. */

rule SUSP_Vbs_WhatsAppWave_Nov26
{
    meta:
        id = "0f7a87e0-169d-5d22-8a8c-ec508b04c23d"
        version = "1.0"
        description = "Detects a hidden VBS that fetches and starts further parts of at least two kinds"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://blog.wavasec.com/whatsapp-worm-distributes-astaroth-banking-malware"
        category = "TECHNIQUE"
        family = "WhatsApp wave of 2025"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 55
        mitre_att = "T1059.005"
    strings:
        $create = /CreateObject {0,4}\(/ ascii wide nocase
        $shell_script = "WScript.Shell" ascii wide nocase
        $shell_application = "Shell.Application" ascii wide nocase
        $fetch_http = "XMLHTTP" ascii wide nocase
        $fetch_winhttp = "WinHttpRequest" ascii wide nocase
        $fetch_shell = "powershell" ascii wide nocase
        $hide_execute = "ExecuteGlobal" ascii wide nocase
        $hide_reverse = "StrReverse(" ascii wide nocase
        $hide_sum = /chrw?\( ?[0-9a-z(), ]{1,40}(xor|[-+]) ?[0-9]/ ascii wide nocase
        $part_installer = "msiexec" ascii wide nocase
        $part_python = /python(w|3)?\.exe/ ascii wide nocase
        $part_autoit = "autoit3.exe" ascii wide nocase
        $part_batch = /\\Startup\\[^"\r\n]{1,60}\.(bat|cmd|lnk|vbs)/ ascii wide nocase
        $part_chat = "web.whatsapp.com" ascii wide nocase
    condition:
        uint16(0) != 0x5A4D and uint16(0) != 0xD8FF and uint16(0) != 0x5089 and
        filesize < 256KB and uint8(0) != 0x3C and any of ($shell*) and $create and
        any of ($fetch*) and any of ($hide*) and 2 of ($part*)
}
