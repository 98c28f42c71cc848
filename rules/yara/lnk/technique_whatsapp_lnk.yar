/* The shortcuts of the WhatsApp wave of 2025 (SORVEPOTEL): a ZIP holds a .lnk whose command runs
   PowerShell, encoded and out of sight, which fetches the rest.  Every shortcut to a shell is reported
   as container.shortcut anyway; this names those that do all three. */

rule SUSP_Lnk_WhatsAppWave_Nov26
{
    meta:
        id = "43a5df0d-acaf-5f20-87ab-a83e05681956"
        version = "1.0"
        description = "Detects a shortcut that runs PowerShell out of sight with encoded or fetched code"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://www.scworld.com/brief/whatsapp-exploited-for-sorvepotel-malware-spread"
        category = "TECHNIQUE"
        family = "WhatsApp wave of 2025"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 65
        mitre_att = "T1204.002"
        reference_2 = "https://www.trendmicro.com/zh_tw/research/25/j/self-propagating-malware-spreads-via-whatsapp.html"
    strings:
        $shell = "powershell" ascii wide nocase
        $shell_core = "pwsh" ascii wide nocase
        $hidden = /-w(in(dowstyle)?)? {1,4}(hid|1 )/ ascii wide nocase
        $hidden_minimised = "start /min" ascii wide nocase
        $code_encoded = /-e(nc(odedcommand)?|c)? {1,4}[a-z0-9+\/]{40}/ ascii wide nocase
        $code_decoded = "FromBase64String" ascii wide nocase
        $code_client = "Net.WebClient" ascii wide nocase
        $code_fetch = "Invoke-WebRequest" ascii wide nocase
        $code_rest = "Invoke-RestMethod" ascii wide nocase
        $code_run = "Invoke-Expression" ascii wide nocase
        $code_short = /\b(iex|iwr|irm)\b/ ascii wide nocase
    condition:
        uint32(0) == 0x0000004C and uint32(4) == 0x00021401 and filesize < 256KB and
        any of ($shell*) and any of ($hidden*) and any of ($code*)
}

/* A command that is put together from pieces shows none of these words but the pieces' glue. */

rule SUSP_Lnk_PiecedCommand_Nov26
{
    meta:
        id = "33620225-43ef-539d-af4f-a123e7f30f51"
        version = "1.0"
        description = "Detects a shortcut whose command puts PowerShell and encoded code together from pieces"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://www.scworld.com/brief/whatsapp-exploited-for-sorvepotel-malware-spread"
        category = "TECHNIQUE"
        family = "WhatsApp wave of 2025"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 65
        mitre_att = "T1027.010"
    strings:
        $shell = "cmd.exe" ascii wide nocase
        $glue_loop = /for +(\/[a-z] +)?%%?[a-z] +in +\(/ ascii wide nocase
        $glue_carets = "^h^e^l^l" ascii wide nocase
        $glue_late = "/v:on" ascii wide nocase
        $glue_set = /set +"?[a-z0-9_]{1,12}=[a-z0-9]{1,12}"? *&/ ascii wide nocase
        $inner_web = "http" wide base64 base64wide
        $inner_object = "New-Object" wide base64 base64wide
        $inner_start = "Start-Process" wide base64 base64wide
        $inner_run = "Invoke-" wide base64 base64wide
    condition:
        uint32(0) == 0x0000004C and uint32(4) == 0x00021401 and filesize < 256KB and $shell and
        any of ($glue*) and any of ($inner*)
}
