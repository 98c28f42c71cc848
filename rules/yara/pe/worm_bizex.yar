/* W32/Bizex: a web page of jokes that takes over ICQ and sends its own link to all contacts. */

rule MAL_Worm_Bizex_Nov26
{
    meta:
        id = "632c6b74-3a9f-5f2f-89d4-2f796af75d41"
        version = "1.0"
        description = "Detects W32/Bizex (ICQ, February 2004) by its host and its updater"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.cnet.com/forums/discussions/w32-bizex-worm-13144/"
        reference_2 = "https://www.helpnetsecurity.com/2004/02/26/bizex-worm-attacks-icq-users/"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Bizex"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 60
    strings:
        $host = "www.jokeworld." ascii wide nocase
        $file = "aptgetupd.exe" ascii wide nocase
    condition:
        uint16(0) == 0x5A4D and filesize < 2MB and $file and $host
}
