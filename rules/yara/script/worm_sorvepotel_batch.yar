/* SORVEPOTEL, the batch file that its shortcut fetches and that goes to the Startup folder: it calls
   PowerShell to ask one of these hosts. A batch file opens with a command behind "@", and one line
   of it fetches from a host: posts and style sheets open otherwise, lists of hosts to block do not
   fetch. */

rule MAL_Worm_SorvepotelBatch_Nov26
{
    meta:
        id = "6030c03a-6044-5da5-8cdf-09d2725e7cfd"
        version = "1.0"
        description = "Detects SORVEPOTEL (WhatsApp Web, September 2025), its batch file, by its hosts"
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
        $open = /@(echo {1,4}(off|on)|start |cmd |setlocal|title |cls|powershell(\.exe)? {1,4}-)/ ascii nocase
        $fetch = /(\birm |\biwr |\bcurl |Invoke-WebRequest|Invoke-RestMethod|Download(String|File|Data)\()[^\r\n]{1,40}(sorveteno(potel|poate|opote)|xpahnsiveuser)\.com/ ascii nocase
        $fetch_later = /(sorveteno(potel|poate|opote)|xpahnsiveuser)\.com[^\r\n]{1,40}(\birm |\biwr |\bcurl |Invoke-WebRequest|Invoke-RestMethod|Download(String|File|Data)\()/ ascii nocase
    condition:
        uint16(0) != 0x5A4D and uint16(0) != 0xD8FF and uint16(0) != 0x5089 and
        filesize < 64KB and any of ($fetch*) and $open at 0
}
