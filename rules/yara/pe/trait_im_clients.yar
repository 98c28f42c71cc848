/* A Visual Basic program that knows the windows or interfaces of several messengers and carries
   program names to send.  Each string occurs in honest software (status plug-ins, window tools); no
   honest program in hand has three of them, the Visual Basic runtime and names to send, so the level
   is suspicious, not malicious. */

rule SUSP_Worm_ImClients_Nov26
{
    meta:
        description = "Detects a Visual Basic program that drives at least three messengers and names a .pif or .scr"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://wikisum.wiki/wiki/Slenfbot"
        family = "IM worm traits"
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
