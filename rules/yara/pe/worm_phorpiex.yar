/* Phorpiex, also Trik. The name of the picture it sends is a fact that a public rule without a
   licence names (g00dv1n, Worm.Phorpiex); the rule here is our own. It speaks many languages, two
   are known. */

rule MAL_Worm_Phorpiex_Nov26
{
    meta:
        id = "3d1c6ebd-dbd2-5375-9143-c0c61d05a7c3"
        version = "1.0"
        description = "Detects Worm:Win32/Phorpiex (Skype, January 2013) by its folder, its picture name and its lures"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://blog.trendmicro.com/trendlabs-security-intelligence/2013/01/21/"
        reference_2 = "http://creativeitworld.com/category/skype/"
        reference_3 = "https://community.broadcom.com/symantecenterprise/communities/community-home/librarydocuments/viewdocument?DocumentKey=7fa0d8b2-c34b-4772-b900-e81a5f9f4464&CommunityKey=8af7f28f-02f1-4107-8639-93a60b6546d4&tab=librarydocuments"
        reference_4 = "https://github.com/mikesxrs/Open-Source-YARA-rules/blob/master/g00dv1n/Worm.Phorpiex.yar"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Phorpiex"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $folder = "M-1-52-5782-8752-5245" ascii wide
        $picture = "IMG%s-JPG.scr" ascii wide
        $lure_edited = "tell me what you think of this picture i edited" ascii wide
        $lure_funniest = "this is the funniest photo ever!" ascii wide
        $lure_photo = "tell me what you think of this photo" ascii wide
        $lure_kijk = "kijk wat voor een foto ik heb gevonden" ascii wide
        $lure_ken = "ken je dat foto nog?" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and
        1 of ($folder, $picture) and 1 of ($lure*)
}
