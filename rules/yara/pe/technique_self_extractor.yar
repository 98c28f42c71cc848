/* Self-extractors whose script unpacks in silence and puts what it unpacked where Windows starts it.
   The script stands in the file in clear; installers made the same way show themselves, or leave the
   start-up folder alone. */

rule SUSP_Dropper_SfxAutorun_Nov26
{
    meta:
        id = "3ba1071d-568e-5a8f-8596-fb0f8281938e"
        version = "1.0"
        description = "Detects a self-extractor that unpacks in silence and has Windows or a drive start its contents"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://attack.mitre.org/techniques/T1547/001/"
        category = "TECHNIQUE"
        family = "Self-extracting droppers"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 60
        mitre_att = "T1547.001"
    strings:
        $script_rar = "The comment below contains SFX script commands" ascii wide
        $script_7z = ";!@Install@!UTF-8!" ascii
        $silent_rar = /Silent ?= ?[12]/ ascii wide nocase
        $silent_7z = "GUIMode=\"2\"" ascii nocase
        $silent_window = "hidcon:" ascii nocase
        $start_folder = /Path ?= ?"?[ -~]{0,120}\\Start ?up/ ascii wide nocase
        $start_registry = "\\CurrentVersion\\Run" ascii wide nocase
        $start_drive = "[autorun]" ascii wide nocase
    condition:
        uint16(0) == 0x5A4D and filesize < 4MB and any of ($script*) and any of ($silent*) and
        any of ($start*)
}
