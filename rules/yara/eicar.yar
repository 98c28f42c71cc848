/* The anti-virus test file.  By its definition it stands at the very start of a file of at most 128
   bytes and only white space may follow, so a page that quotes it is not the test file.  Members of
   archives and fields of forms are files of their own and match as such.
   The text is written in hex: no file of this repository holds it whole. */

rule TEST_Eicar_Nov26
{
    meta:
        id = "547e90ca-591c-5515-873e-9b1ef3eee316"
        version = "1.0"
        description = "Detects the EICAR anti-virus test file"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.eicar.org/download-anti-malware-testfile/"
        category = "INFO"
        family = "EICAR"
        level = "malicious"
        basis = "published definition"
        sample_seen = true
        status = "stable"
        score = 100
    strings:
        $eicar = {
            58 35 4F 21 50 25 40 41 50 5B 34 5C 50 5A 58 35 34 28 50 5E 29 37 43 43 29 37 7D
            24 45 49 43 41 52 2D 53 54 41 4E 44 41 52 44 2D 41 4E 54 49 56 49 52 55 53 2D
            54 45 53 54 2D 46 49 4C 45 21 24 48 2B 48 2A
        }
    condition:
        filesize <= 128 and $eicar at 0
}
