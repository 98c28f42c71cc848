/* Scripts that take over a browser's session with a messenger's web client and send to everybody in
   it, as the WhatsApp waves of 2025 did.  Honest bots drive web clients too: they do not end the
   user's browser, borrow its profile and fetch code besides. */

rule SUSP_Script_MessengerWeb_Nov26
{
    meta:
        id = "d8563721-7e72-50e2-b408-bfcab22e8a74"
        version = "1.0"
        description = "Detects a script that ends the browser, drives a web messenger for all contacts and fetches code"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://www.trendmicro.com/zh_tw/research/25/j/self-propagating-malware-spreads-via-whatsapp.html"
        category = "TECHNIQUE"
        family = "Web messenger spreaders"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 60
        reference_2 = "https://www.isec.news/?p=3640"
    strings:
        $site_whatsapp = "web.whatsapp.com" ascii wide nocase
        $site_telegram = "web.telegram.org" ascii wide nocase
        $site_facebook = "facebook.com/messages" ascii wide nocase
        $site_messenger = "www.messenger.com" ascii wide nocase
        $site_discord = "discord.com/channels" ascii wide nocase
        $site_skype = "web.skype.com" ascii wide nocase
        $drive_selenium = "selenium" ascii wide nocase
        $drive_chrome = "chromedriver" ascii wide nocase
        $drive_puppeteer = "puppeteer" ascii wide nocase
        $drive_playwright = "playwright" ascii wide nocase
        $drive_inject = "WPP.chat" ascii wide nocase
        $end_browser = /(taskkill|Stop-Process|pkill)[^\r\n]{1,60}(chrome|msedge|firefox)/ ascii wide nocase
        $profile_option = "user-data-dir" ascii wide nocase
        $profile_folder = /(Chrome|Edge)[\\\/]{1,4}User Data/ ascii wide nocase
        $everybody = /(get_?(all|my)?_?(contacts|chats)|(contact|chat)\.list)\b/ ascii wide nocase
        $fetch_string = "DownloadString" ascii wide nocase
        $fetch_file = "DownloadFile" ascii wide nocase
        $fetch_web = "Invoke-WebRequest" ascii wide nocase
        $fetch_python = "urlretrieve" ascii wide nocase
        $fetch_http = "XMLHTTP" ascii wide nocase
        $fetch_decoded = "FromBase64String" ascii wide nocase
    condition:
        uint16(0) != 0x5A4D and uint16(0) != 0xD8FF and uint16(0) != 0x5089 and
        filesize < 256KB and any of ($site*) and any of ($drive*) and
        $end_browser and any of ($profile*) and $everybody and any of ($fetch*)
}
