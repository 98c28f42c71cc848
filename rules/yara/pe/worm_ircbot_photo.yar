/* IRCBot, the wave of zipped photos of 2007 and 2008. A bot may get its sentences from its master:
   then they are not in the file, and rules/clamav/ knows the names in the archives. */

rule MAL_Worm_IrcbotPhoto_Nov26
{
    meta:
        id = "06b14a28-5e48-5cff-aa30-9b1c016952ac"
        version = "1.0"
        description = "Detects IRCBot of the MSN photo wave (2007 and 2008), also IRCBOT-RB, by its lures"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://www.liewcf.com/blog/archives/category/tech/security/page/2/"
        reference_2 = "https://www.18aproductions.co.uk/2007/11/20/msn-messenger-trojan-alarm/"
        reference_3 = "https://fraudo.com/2008/01/26/msn-worm/"
        reference_4 = "https://www.spamloco.net/jugando-con-los-gusanos-del-msn/?amp=1"
        category = "MALWARE"
        malware_type = "BOT"
        family = "IRCBot"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 60
    strings:
        $lure_summer = "look at my summer pictures" ascii wide
        $lure_sexy = "look at my sexysummer pictures" ascii wide
        $lure_paris = "Look how wasted Paris Hilton is, after she got jailed" ascii wide
        $lure_naked = "This is me totaly naked :-O please dont send to anyone else" ascii wide
        $lure_friend = "A photo with me and my best friend" ascii wide
        $lure_facebook = "Wanna see my pictures before i send em to facebook?" ascii wide
        $file_zip = "imag091307.zip" ascii wide
        $file_exe = "DSC00432.jpg.exe" ascii wide
        $file_pif = "IMG34814.pif" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and
        1 of ($file*) and 1 of ($lure*)
}
