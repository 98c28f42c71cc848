/* W32/Opanki: sends a link and one of these short sentences. They are ordinary chat: two of them,
   or one with the file name, make a program suspicious and no more. */

rule SUSP_Worm_Opanki_Nov26
{
    meta:
        id = "9779d699-b42e-5e69-8d22-5b7804eb6b8b"
        version = "1.0"
        description = "Detects W32/Opanki (AIM, May 2005) by its lures and its file name"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://attrition.org/pipermail/isn/2005-June/001611.html"
        reference_2 = "http://www.cnet.com/news/another-worm-hits-aim-users/"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Opanki"
        level = "suspicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 50
    strings:
        $lure_him = "LOL LOOK AT HIM" ascii wide
        $lure_click = "LOL, click here:" ascii wide
        $lure_link = "Hey check out this link:" ascii wide
        $file = "picture.pif" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and $file and 1 of ($lure*)
}
