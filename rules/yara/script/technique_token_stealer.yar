/* The same as pe/technique_token_stealer.yar for scripts, which have to ask where the folders are. */

rule SUSP_Stealer_MessengerScript_Nov26
{
    meta:
        id = "e233a4ed-d37e-54fd-a7f9-7f33b23bc7bf"
        version = "1.0"
        description = "Detects a script that reads the stored sessions of messengers and can post files to a chat"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://research.splunk.com/endpoint/1166360c-d495-45ac-87a6-8948aac1fa07"
        category = "MALWARE"
        malware_type = "INFOSTEALER"
        family = "Messenger stealers"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 60
        mitre_att = "T1528"
    strings:
        $place_discord = /discord(ptb|canary)?[\\\/]{1,4}Local Storage[\\\/]{1,4}leveldb/ ascii wide nocase
        $place_telegram = /Telegram Desktop[\\\/]{1,4}tdata/ ascii wide nocase
        $place_skype = /Skype for Desktop[\\\/]{1,4}(Local Storage|IndexedDB)/ ascii wide nocase
        $place_whatsapp = /WhatsApp(Desktop_[0-9a-z]{13}|[\\\/]{1,4}(Local Storage|IndexedDB))/ ascii wide nocase
        $place_signal = /Signal[\\\/]{1,4}sql[\\\/]{1,4}db\.sqlite/ ascii wide nocase
        $place_pidgin = /\.purple[\\\/]{1,4}accounts\.xml/ ascii wide nocase
        $token_shape = /[\[(]\\{1,2}w-[\])]\{2[46]/ ascii wide
        $token_mark = "dQw4w9WgXcQ:" ascii wide
        $folder_python = /os\.(getenv|environ)/ ascii wide
        $folder_node = "process.env" ascii wide
        $folder_shell = "$env:" ascii wide nocase
        $folder_windows = /%(local)?appdata%/ ascii wide nocase
        $send_discord = /discord(app)?\.com\/api\/(v[0-9]{1,2}\/)?webhooks\// ascii wide
        $send_telegram = "api.telegram.org/bot" ascii wide
        $file_telegram = /\/send(Document|MediaGroup)/ ascii wide nocase
    condition:
        uint16(0) != 0x5A4D and uint16(0) != 0xD8FF and uint16(0) != 0x5089 and
        filesize < 256KB and any of ($send*) and any of ($folder*) and
        (2 of ($place*) and ($send_discord or $file_telegram) or $place_discord and any of ($token*))
}
