/* Sohanad: an AutoIt script that sends links over Yahoo! Messenger.  Compiled AutoIt hides these
   texts: that form is left to rules/clamav/douane.ldb, because ClamAV decompiles it. */

rule MAL_Worm_Sohanad_Nov26
{
    meta:
        id = "e5ff4b2a-d2a5-5fa5-9641-b3dcaeff856f"
        version = "1.0"
        description = "Detects IM-Worm.Win32.Sohanad (Yahoo! Messenger, 2006) by its misspelt Run value and its lures"
        author = "Douane"
        source = "Douane"
        sharing = "TLP:CLEAR"
        date = "2026-11-23"
        reference = "https://www.f-secure.com/v-descs/im-worm_w32_sohanad.shtml"
        reference_2 = "http://www.sophos.com/virusinfo/analyses/w32sohanay.html"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Sohanad"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $run = "Yahoo Messengger" ascii wide
        $shell = "Explorer.exe SCVHOST.exe" ascii wide
        $file_blast = "blastclnnn.exe" ascii wide
        $file_sscviihost = "SSCVIIHOST.exe" ascii wide
        $file_sscvihost = "SSCVIHOST.exe" ascii wide
        $lure_lottery = "oh my god , i've won a 20000 usd lottery" ascii wide
        $lure_iraq = "Images shot in Iraq _ The war will never end" ascii wide
        $lure_beside = "who is beside you in this pic so good-looking" ascii wide
        $lure_vista = "Screenshot of new windows version _ Windows Vista so cool" ascii wide
    condition:
        uint16(0) == 0x5A4D and filesize < 4MB and
        1 of ($lure*) and 1 of ($run, $shell, $file*)
}
