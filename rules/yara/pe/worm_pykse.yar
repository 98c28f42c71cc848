/* W32/Pykse: sends links by the Skype desktop interface. Keys and classes are in every tool
   that removes it: they count beside that interface, whose name in the file is an inference. */

rule MAL_Worm_Pykse_Nov26
{
    meta:
        id = "94d38198-dcb7-5e7c-83c0-e766a30c3a3b"
        version = "1.0"
        description = "Detects W32/Pykse (Skype, April 2007) by its registry keys and the interface of Skype"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://www.sophos.com/en-us/threat-center/threat-analyses/viruses-and-spyware/Mal~Pykse-A/detailed-analysis.aspx"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Pykse"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $key = "Software\\SkypeWorm" ascii wide
        $class = "7FB39839-665D-4D47-873C-D3FD9009FC3B" ascii wide
        $interface = "7FB19539-665D-4D47-873C-D3FD9719FC3B" ascii wide
        $run = "SkypeStartup" ascii wide
        $library = "Invisible002.dll" ascii wide
        $send_attach = "SkypeControlAPIAttach" ascii wide
        $send_library = "Skype4COM" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 4MB and 1 of ($key, $class, $interface) and
        2 of ($key, $class, $interface, $run, $library) and 1 of ($send*)
}
