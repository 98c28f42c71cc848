/* AutoIt scripts that type into messengers, as Sohanad and its kin do, in clear.  Compiled ones are
   left to rules/clamav/, because ClamAV decompiles them.  A page that shows such a script begins with
   a tag. */

rule SUSP_Worm_AutoItMessenger_Nov26
{
    meta:
        id = "b3e5fb0a-2f4b-5dfc-9a0a-8d1b96862741"
        version = "1.0"
        description = "Detects an AutoIt script that copies itself, starts with Windows and types into a messenger"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://f-secure.com/v-descs/trojan_w32_autoit_d.shtml"
        category = "MALWARE"
        malware_type = "WORM"
        family = "IM worm traits"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 60
        reference_2 = "http://www.sophos.com/virusinfo/analyses/w32sohanay.html"
    strings:
        $self_script = "@ScriptFullPath" ascii wide nocase
        $self_program = "@AutoItExe" ascii wide nocase
        $copy = "FileCopy" ascii wide nocase
        $write = "RegWrite" ascii wide nocase
        $start = "\\CurrentVersion\\Run" ascii wide nocase
        $client_yahoo = "Yahoo! Messenger" ascii wide nocase
        $client_yahoo_list = "YahooBuddyMain" ascii wide nocase
        $client_msn = "IMWindowClass" ascii wide nocase
        $client_msn_list = "MSBLWindowClass" ascii wide nocase
        $client_triton = "__oxFrame.class__" ascii wide nocase
        $client_skype = "SkypeControlAPIAttach" ascii wide nocase
        $client_web = "facebook.com/messages" ascii wide nocase
        $type_window = "ControlSend" ascii wide nocase
        $type_front = "WinActivate" ascii wide nocase
    condition:
        uint16(0) != 0x5A4D and uint16(0) != 0xD8FF and uint16(0) != 0x5089 and
        filesize < 256KB and uint8(0) != 0x3C and any of ($self*) and $copy and
        $write and $start and any of ($client*) and any of ($type*)
}
