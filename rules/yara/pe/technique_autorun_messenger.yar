/* Worms that take both roads, removable drives and messengers (Skipi, Nuqel, Sohanad, Phorpiex): the
   text of an autorun.inf, a messenger's window, and a start with Windows.  Tools that vaccinate drives
   have the first, status plug-ins the second. */

rule SUSP_Worm_AutorunMessenger_Nov26
{
    meta:
        id = "204e0029-03dd-563f-a984-057a79c81dc3"
        version = "1.0"
        description = "Detects a program that writes an autorun.inf, drives a messenger and starts with Windows"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://cdrinfo.com/d7/content/new-skype-virus-confirmed"
        category = "MALWARE"
        malware_type = "WORM"
        family = "IM worm traits"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 55
        mitre_att = "T1091"
    strings:
        $section = "[autorun]" ascii wide nocase
        $file = "autorun.inf" ascii wide nocase
        $entry = /(open|shellexecute|command) ?= ?[ -~]{1,60}\.(exe|scr|pif|com|vbs)/ ascii wide nocase
        $start = "\\CurrentVersion\\Run" ascii wide nocase
        $client_msn_chat = "IMWindowClass" ascii wide
        $client_msn_list = "MSBLWindowClass" ascii wide
        $client_msn_automation = "Messenger.UIAutomation" ascii wide
        $client_aim = "_Oscar_StatusNotify" ascii wide
        $client_aim_chat = "AIM_IMessage" ascii wide
        $client_triton = "__oxFrame.class__" ascii wide
        $client_yahoo = "YahooBuddyMain" ascii wide
        $client_skype = "SkypeControlAPIAttach" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and $section and $file and $entry and $start and
        any of ($client*)
}
