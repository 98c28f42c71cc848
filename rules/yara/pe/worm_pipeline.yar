/* W32.Pipeline: one sentence is published, and that it drives AIM. The sentence alone may be quoted
   by anyone, an interface of AIM is in honest plug-ins: both together are suspicious. */

rule SUSP_Worm_Pipeline_Nov26
{
    meta:
        id = "2122a1ce-7349-58db-ae11-b1139508eaee"
        version = "1.0"
        description = "Detects W32.Pipeline (AIM, September 2006) by its lure in a program that knows AIM"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://wesleying.org/2006/09/20/worm-alert/"
        reference_2 = "http://www.nyu.edu/its/news/archives/2006/09/aim_users_beware_of_links_in_i.html"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Pipeline"
        level = "suspicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 50
    strings:
        $lure = "would it be ok if I upload this picture of you to my blog" ascii wide
        $aim_status = "_Oscar_StatusNotify" ascii wide
        $aim_message = "AIM_IMessage" ascii wide
        $aim_frame = "__oxFrame.class__" ascii wide
        $aim_link = "aim:goim" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and $lure and 1 of ($aim*)
}
