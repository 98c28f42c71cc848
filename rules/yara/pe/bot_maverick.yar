/* Maverick: what SORVEPOTEL brings, a .NET program in two modules whose names are published:
   names alone are a suspicion. */

rule SUSP_Bot_Maverick_Nov26
{
    meta:
        id = "4ad98963-a8b1-58a2-b742-6b9cfed80676"
        version = "1.0"
        description = "Detects Maverick, the payload of SORVEPOTEL (WhatsApp, October 2025), by the names of both modules"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://ocapixaba.com.br/seguranca/2025/10/golpe-mira-bancos-e-corretoras-de-criptomoedas-no-brasil"
        category = "MALWARE"
        malware_type = "BOT"
        family = "SORVEPOTEL"
        level = "suspicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 55
    strings:
        $stage = "Maverick.StageTwo" ascii wide
        $agent = "Maverick.Agent" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 4MB and all of them
}
