/* W32/Virkel.F: pretends to be a leaked beta of MSN Messenger 8. The product name alone is honest.
   */

rule MAL_Worm_Virkel_Nov26
{
    meta:
        id = "4fb4cb94-dad6-5e94-91e0-11bbccc54529"
        version = "1.0"
        description = "Detects W32/Virkel.F (MSN Messenger, December 2005) by its lures, its file and its host"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.cnet.com/news/virus-disguises-itself-as-msn-messenger-beta/"
        reference_2 = "http://news.softpedia.com/news/New-Virus-Poses-As-Leaked-MSN-Messenger-Beta-15717.shtml"
        reference_3 = "http://downloadsquad.switched.com/2005/12/27/trojan-masquerades-as-leaked-msn-messenger-8/"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Virkel"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 60
    strings:
        $lure_working = "MSN Messenger 8 Working BETA" ascii wide
        $lure_leaked = "Messenger 8 BETA has been leaked!" ascii wide
        $file = "BETA8WEBINSTALL.EXE" ascii wide nocase
        $host = "msgr8beta.com" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and 2 of them and
        1 of ($host, $file) and 1 of ($lure*, $host)
}
