/* Visual Basic programs that drive messengers, as the worms of 2001 to 2010 did: they look for the
   client's window or its automation interface and type or send into it.  Each text occurs in honest
   software (status plug-ins, window tools), so the level is suspicious, and both rules ask for traits
   that have nothing to do with each other. */

rule SUSP_Worm_ImClients_Nov26
{
    meta:
        id = "51309090-d7a6-5fe9-910e-f3783a0dcba9"
        version = "1.0"
        description = "Detects a Visual Basic program that drives at least three messengers and names a .pif or .scr"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://wikisum.wiki/wiki/Slenfbot"
        category = "MALWARE"
        malware_type = "WORM"
        family = "IM worm traits"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 45
    strings:
        $runtime = /MSVBVM[56]0\.DLL/ nocase ascii
        $client_msn_chat = "IMWindowClass" ascii wide
        $client_msn_list = "MSBLWindowClass" ascii wide
        $client_msn_automation = "Messenger.UIAutomation" ascii wide
        $client_aim = "_Oscar_StatusNotify" ascii wide
        $client_triton = "__oxFrame.class__" ascii wide
        $client_yahoo = "YahooBuddyMain" ascii wide
        $client_skype = "SkypeControlAPIAttach" ascii wide
        $name_pif = ".pif" ascii wide nocase
        $name_scr = ".scr" ascii wide nocase
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and $runtime and any of ($name*) and
        (any of ($client_msn*) and 2 of ($client_aim, $client_triton, $client_yahoo, $client_skype) or
         3 of ($client_aim, $client_triton, $client_yahoo, $client_skype))
}

/* One messenger is enough if the program also copies itself, starts with Windows and sends. */

rule SUSP_Worm_VbMessenger_Nov26
{
    meta:
        id = "a2dd05aa-2bb9-523e-ad03-3bf2a08d13a9"
        version = "1.0"
        description = "Detects a self-starting Visual Basic program that sends into a messenger and names a .pif or .scr"
        author = "Douane"
        date = "2026-11-23"
        reference = "http://www.pcmag.com/article2/0,2817,1760883,00.asp"
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
        reference_2 = "http://vil.nai.com/vil/content/v_99184.htm"
    strings:
        $runtime = /MSVBVM[56]0\.DLL/ nocase ascii
        $client_msn_chat = "IMWindowClass" ascii wide
        $client_msn_list = "MSBLWindowClass" ascii wide
        $client_msn_automation = "Messenger.UIAutomation" ascii wide
        $client_aim = "_Oscar_StatusNotify" ascii wide
        $client_aim_chat = "AIM_IMessage" ascii wide
        $client_triton = "__oxFrame.class__" ascii wide
        $client_yahoo = "YahooBuddyMain" ascii wide
        $client_skype = "SkypeControlAPIAttach" ascii wide
        $send_keys = "SendKeys" ascii wide
        $send_event = "keybd_event" ascii
        $send_message = "InstantMessage" ascii wide
        $send_contacts = "MyContacts" ascii wide
        $send_file = "SendFile" ascii wide
        $copy = "CopyFile" ascii wide
        $start = "\\CurrentVersion\\Run" ascii wide nocase
        $name_pif = ".pif" ascii wide nocase
        $name_scr = ".scr" ascii wide nocase
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and $runtime and any of ($client*) and
        any of ($send*) and $copy and $start and any of ($name*)
}
