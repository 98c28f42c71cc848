/* W32/Aplore: serves itself from the victim's machine and sends the link over AIM. */

rule MAL_Worm_Aplore_Nov26
{
    meta:
        id = "9e7b8987-1052-58b4-9828-f4b228a5d640"
        version = "1.0"
        description = "Detects W32/Aplore, also Aphex (AIM, IRC and mail, 2002), by its host-like file name, link and lures"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.f-secure.com/v-descs/aplore.shtml"
        reference_2 = "https://www.computerworld.co.nz/article/510645/new_worm_uses_outlook_irc_aim/"
        reference_3 = "https://www.eweek.com/security/new-worm-targets-outlook-e-mail-and-aim-users/"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Aplore"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $name = "psecure20x-cgi-install.version6.01.bin.hx.com" ascii wide
        $link = "http://free:porn@" ascii wide
        $lure_show = "I wanted to show you this" ascii wide
        $lure_work = "see if you can get this to work" ascii wide
        $lure_think = "tell me what you think about" ascii wide
        $lure_forgot = "I almost forgot about" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and
        (($name and $link) or (1 of ($name, $link) and 2 of ($lure*)))
}
