/* Shortcuts and scripts that fetch AutoIt together with a script for it: how DarkGate came through
   Skype (a VBS named as a PDF) and Teams (a shortcut).  Who tests with AutoIt fetches it too, but not
   in hiding. */

rule SUSP_Loader_AutoItFetch_Nov26
{
    meta:
        id = "ae845f7d-6358-5239-9d03-ed5880db8793"
        version = "1.0"
        description = "Detects a shortcut or script that fetches AutoIt and a script for it and runs them in hiding"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://www.cybersecurity-review.com/darkgate-opens-organizations-for-attack-via-skype-teams/"
        category = "TECHNIQUE"
        family = "DarkGate"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 60
        mitre_att = "T1059.010"
    strings:
        $engine = "autoit3.exe" ascii wide nocase
        $script_source = ".au3" ascii wide nocase
        $script_compiled = ".a3x" ascii wide nocase
        $fetch_curl = "curl" ascii wide nocase
        $fetch_web = "Invoke-WebRequest" ascii wide nocase
        $fetch_client = ".DownloadFile" ascii wide nocase
        $fetch_http = "XMLHTTP" ascii wide nocase
        $fetch_winhttp = "WinHttpRequest" ascii wide nocase
        $address = /https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}[:\/]/ ascii wide nocase
        $hide_window = /-w(in(dowstyle)?)? {1,4}hid/ ascii wide nocase
        $hide_run = /\.Run [^\r\n]{1,120}, {0,3}0 {0,3}[,\r\n]/ ascii wide nocase
        $hide_execute = "ShellExecute" ascii wide nocase
        $hide_folder = "/c mkdir c:\\" ascii wide nocase
    condition:
        uint16(0) != 0x5A4D and uint16(0) != 0xD8FF and uint16(0) != 0x5089 and
        filesize < 64KB and uint8(0) != 0x3C and any of ($script*) and
        $engine and any of ($fetch*) and $address and any of ($hide*)
}
