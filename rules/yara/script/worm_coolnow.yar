/* JS/Coolnow, also Menger: a web page whose script opens the messenger control and sends its own
   address to every contact. No program is involved. A page that tells of it quotes a lure but does
   not open the control; honest pages that open the control (forums, mail sites) have no such lure. */

rule MAL_Worm_Coolnow_Nov26
{
    meta:
        id = "a077ddc1-24f5-534d-ba5a-aeab10971d33"
        version = "1.0"
        description = "Detects JS/Coolnow, also Menger (MSN Messenger, February 2002), by its lure and the messenger control"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.f-secure.com/v-descs/coolnow.shtml"
        reference_2 = "http://www.f-prot.com/virusinfo/descriptions/cool.html"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Coolnow"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 60
    strings:
        $control_class = /classid {0,4}= {0,4}["']?clsid:F3A614DC-ABE0-11d2-A441-00C04F795683/ ascii wide nocase
        $control_name = /(ActiveX|Create)Object {0,4}\( {0,4}["']Messenger\.MsgrObject/ ascii wide nocase
        $lure_urgent = "URGENT - Go to http" ascii wide
        $lure_attention = "NT!oN - Go to" ascii wide  // with "ATTe" it costs most of all
    condition:
        uint16(0) != 0x5A4D and uint16(0) != 0xD8FF and uint16(0) != 0x5089 and
        filesize < 64KB and 1 of ($control*) and 1 of ($lure*)
}
