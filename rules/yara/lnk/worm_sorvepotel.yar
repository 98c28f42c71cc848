/* SORVEPOTEL, also Water Saci: a zip sent over WhatsApp Web holds a shortcut whose PowerShell fetches
   a batch file from one of these hosts. PowerShell takes its commands as Base64 of UTF-16, so
   "sorveteno" and "expahnsive" are looked for in that form too, written out at its three alignments:
   the modifiers base64 and base64wide say the same and cost three times as much. */

rule MAL_Worm_Sorvepotel_Nov26
{
    meta:
        id = "756d7f16-0b3e-5a6f-8873-0acd78810b18"
        version = "1.0"
        description = "Detects SORVEPOTEL (WhatsApp Web, September 2025), its shortcut, by its hosts"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.trendmicro.com/zh_tw/research/25/j/self-propagating-malware-spreads-via-whatsapp.html"
        reference_2 = "https://ocapixaba.com.br/seguranca/2025/10/golpe-mira-bancos-e-corretoras-de-criptomoedas-no-brasil"
        reference_3 = "https://exame.com/tecnologia/virus-no-whatsapp-ameaca-empresas-no-brasil-veja-como-se-proteger/"
        reference_4 = "https://www.isec.news/?p=3640"
        category = "MALWARE"
        malware_type = "WORM"
        family = "SORVEPOTEL"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $host_potel = "sorvetenopotel.com" ascii wide nocase
        $host_poate = "sorvetenopoate.com" ascii wide nocase
        $host_opote = "sorvetenoopote.com" ascii wide nocase
        $host_user = "expahnsiveuser.com" ascii wide nocase
        $coded_sorvete_1 = "cwBvAHIAdgBlAHQAZQBuAG8A" ascii wide
        $coded_sorvete_2 = "MAbwByAHYAZQB0AGUAbgBvA" ascii wide
        $coded_sorvete_3 = "zAG8AcgB2AGUAdABlAG4Abw" ascii wide
        $coded_user_1 = "ZQB4AHAAYQBoAG4AcwBpAHYAZQ" ascii wide
        $coded_user_2 = "UAeABwAGEAaABuAHMAaQB2AGUA" ascii wide
        $coded_user_3 = "lAHgAcABhAGgAbgBzAGkAdgBlA" ascii wide
        $shell_power = "powershell" ascii wide nocase
        $shell_command = "cmd.exe" ascii wide nocase
    condition:
        uint32(0) == 0x0000004C and uint32(4) == 0x00021401 and filesize < 64KB and
        any of ($host*, $coded*) and any of ($shell*)
}
