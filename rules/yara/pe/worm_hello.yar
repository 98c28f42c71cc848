/* W32/Hello: the first worm of MSN Messenger. One sentence is all that is published of its texts;
   the other half of the condition is the Visual Basic 5 runtime, which the reports name too:
   a suspicion. */

rule SUSP_Worm_Hello_Nov26
{
    meta:
        id = "74aea818-c176-5a55-979d-859a8aa0c218"
        version = "1.0"
        description = "Detects W32/Hello (MSN Messenger, May 2001) by its lure in a Visual Basic 5 program"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.cnet.com/tech/services-and-software/worm-crawls-into-msn-messenger/"
        reference_2 = "https://tweakers.net/nieuws/16779/eerste-msn-messenger-virus-ontdekt.html"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Hello"
        level = "suspicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 55
    strings:
        $lure = "i have a file for u. its real funny" ascii wide
        $runtime = "MSVBVM50.DLL" nocase ascii
    condition:
        uint16(0) == 0x5A4D and filesize < 1MB and all of them
}
