/* W32/MSNworm.FU: opens conversations and offers a zip that poses as a photo. Its lures are phrases
   of any chat: a suspicion. */

rule SUSP_Worm_MsnwormFu_Nov26
{
    meta:
        id = "6af57747-dc0e-5f79-b1cb-696fb04a9a4d"
        version = "1.0"
        description = "Detects W32/MSNworm.FU (MSN Messenger) by its Spanish lures"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "http://m.livejournal.com/read/user/captain_bonk/154216"
        category = "MALWARE"
        malware_type = "WORM"
        family = "MSNworm.FU"
        level = "suspicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 55
    strings:
        $lure_tag = "me puedes marcar en esta foto de facebook?" ascii wide
        $lure_closed = "me cerraron mi cuenta por subir esta foto. si esta muy mal?" ascii wide
        $lure_party = "viste esta super fiesta de" ascii wide
        $lure_wallpaper = "esta perfecta esta foto como wallpaper" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and 2 of them
}
