/* Programs that take sessions and chats out of messengers' own folders and send them away.  Backup
   and forensic tools know the folders, honest bots the interfaces they are sent through; none needs
   both.  What is packed (PyInstaller) hides these texts. */

rule SUSP_Stealer_MessengerData_Nov26
{
    meta:
        id = "0cf14412-e995-5418-b302-61e9c3578c73"
        version = "1.0"
        description = "Detects a program that reads the stored sessions of messengers and can post files to a chat"
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
        $place_discord = /discord(ptb|canary)?[\\\/]{1,2}Local Storage[\\\/]{1,2}leveldb/ ascii wide nocase
        $place_telegram = /Telegram Desktop[\\\/]{1,2}tdata/ ascii wide nocase
        $place_skype = /Skype for Desktop[\\\/]{1,2}(Local Storage|IndexedDB)/ ascii wide nocase
        $place_whatsapp = /WhatsApp(Desktop_[0-9a-z]{13}|[\\\/]{1,2}(Local Storage|IndexedDB))/ ascii wide nocase
        $place_signal = /Signal[\\\/]{1,2}sql[\\\/]{1,2}db\.sqlite/ ascii wide nocase
        $place_pidgin = /\.purple[\\\/]{1,2}accounts\.xml/ ascii wide nocase
        $token_shape = "\\.[\\w-]{6}\\.[\\w-]{" ascii wide
        $token_mark = "dQw4w9WgXcQ:" ascii wide
        $send_discord = /discord(app)?\.com\/api\/(v[0-9]{1,2}\/)?webhooks\// ascii wide
        $send_telegram = "api.telegram.org/bot" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 4MB and any of ($send*) and
        (2 of ($place*) or $place_discord and any of ($token*))
}
