/* W32/Rodpicom.A: sends a shortened link over Skype and MSN Messenger. One sentence is published,
   shared with Dorkbot; the second text is an interface of either client, which honest programs know
   too. */

rule SUSP_Worm_Rodpicom_Nov26
{
    meta:
        id = "8b72a5c8-9ab7-5ef9-a6f4-2cc1c91f14f3"
        version = "1.0"
        description = "Detects W32/Rodpicom (Skype and MSN Messenger) by its lure in a program that knows either client"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://nakedsecurity.com/news/244080.htm"
        reference_2 = "https://forums.comodo.com/t/rodpicon-botnet-spreading-via-skype-and-msn-messenger/286613"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Rodpicom"
        level = "suspicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 50
    strings:
        $lure = "is this your new profile pic? http://goo.gl/" ascii wide
        $skype_attach = "SkypeControlAPIAttach" ascii wide
        $skype_discover = "SkypeControlAPIDiscover" ascii wide
        $msn_chat = "IMWindowClass" ascii wide
        $msn_list = "MSBLWindowClass" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and $lure and 1 of ($skype*, $msn*)
}
