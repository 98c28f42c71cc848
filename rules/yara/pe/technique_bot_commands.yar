/* Programs that take orders out of chats.  IRC was the usual channel of the IM worms' payloads
   (Oscarbot, the photo waves, Yimfoca); bots of today sit behind the programming interfaces of Telegram
   and Discord.  Clients and honest bots speak the same protocols: what tells them apart is the orders. */

rule SUSP_Bot_IrcCommands_Nov26
{
    meta:
        id = "759a31b8-e5ec-5932-8c62-a14601627e54"
        version = "1.0"
        description = "Detects an IRC bot with orders to spread, flood, scan or spy that starts with Windows"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://en.wikipedia.org/wiki/Agobot"
        category = "MALWARE"
        malware_type = "BOT"
        family = "IRC bots"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 60
        mitre_att = "T1071"
    strings:
        $irc_say = "PRIVMSG " ascii wide
        $irc_join = "JOIN " ascii wide
        $irc_nick = "NICK " ascii wide
        $start = "\\CurrentVersion\\Run" ascii wide nocase
        $harm_spread = /\b(msn|aim|yim|icq|skype|im|usb|p2p)[._-]?spread/ ascii wide nocase
        $harm_flood = /\b(syn|udp|icmp|http|tcp|ping)[._-]?flood/ ascii wide nocase
        $order_scan = /(adv|ip|port)scan(\.| stop|all)/ ascii wide nocase
        $harm_keys = /[!.]key_?log/ ascii wide nocase
        $order_clone = /!clones?\b/ ascii wide nocase
        $order_fetch = /!download\b/ ascii wide nocase
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and all of ($irc*) and $start and 2 of ($harm*, $order*) and
        any of ($harm*)
}

rule SUSP_Backdoor_ImCommands_Nov26
{
    meta:
        id = "ee1a0dc7-1824-59ae-be00-6b7958c1b860"
        version = "1.0"
        description = "Detects a program that starts with Windows and takes orders to spy from messages of a messenger"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://attack.mitre.org/techniques/T1102/002/"
        category = "MALWARE"
        malware_type = "BACKDOOR"
        family = "IM backdoors"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 55
        mitre_att = "T1102.002"
    strings:
        $channel_msn = "Messenger.UIAutomation" ascii wide
        $channel_msn_server = "messenger.hotmail.com" ascii wide
        $channel_aim = "login.oscar.aol.com" ascii wide
        $channel_yahoo = "scs.msg.yahoo.com" ascii wide
        $channel_skype = "SkypeControlAPIAttach" ascii wide
        $channel_telegram = "api.telegram.org/bot" ascii wide
        $channel_discord = "gateway.discord.gg" ascii wide
        $start_run = "\\CurrentVersion\\Run" ascii wide nocase
        $start_task = "schtasks" ascii wide nocase
        $order_screen = /[!\/.]screen_?(shot|cap)/ ascii wide nocase
        $harm_keys = /[!\/.]key_?log/ ascii wide nocase
        $harm_camera = /[!\/.](web)?cam_?(shot|pic|list)?\b/ ascii wide nocase
        $order_shell = /[!\/.](rev_?)?shell\b/ ascii wide nocase
        $order_secrets = /[!\/.](get)?(passwords|tokens)\b/ ascii wide nocase
        $order_persist = /[!\/.]persist(ence)?\b/ ascii wide nocase
        $harm_crash = /[!\/.](bluescreen|bsod)/ ascii wide nocase
    condition:
        uint16(0) == 0x5A4D and filesize < 4MB and any of ($channel*) and any of ($start*) and
        3 of ($harm*, $order*) and any of ($harm*)
}
