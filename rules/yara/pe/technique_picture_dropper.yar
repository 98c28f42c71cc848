/* Programs that pass for pictures.  Explorer hides the last extension, so "DSC00432.jpg.exe" is shown
   as "DSC00432.jpg".  The name of the transfer itself is the disguise checks' business; these rules
   look at the names that a program carries within. */

rule SUSP_Dropper_PictureNames_Nov26
{
    meta:
        id = "85321448-0842-5e56-a26c-b10f82d8eece"
        version = "1.0"
        description = "Detects a program that copies and starts files named as pictures or films, and starts with Windows"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://www.18aproductions.co.uk/2007/11/20/msn-messenger-trojan-alarm/"
        category = "TECHNIQUE"
        family = "Picture droppers"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 50
        mitre_att = "T1036.007"
    strings:
        $name_jpg_exe = ".jpg.exe" ascii wide nocase
        $name_jpg_scr = ".jpg.scr" ascii wide nocase
        $name_jpg_pif = ".jpg.pif" ascii wide nocase
        $name_jpeg_exe = ".jpeg.exe" ascii wide nocase
        $name_jpeg_scr = ".jpeg.scr" ascii wide nocase
        $name_gif_exe = ".gif.exe" ascii wide nocase
        $name_gif_scr = ".gif.scr" ascii wide nocase
        $name_png_exe = ".png.exe" ascii wide nocase
        $name_png_scr = ".png.scr" ascii wide nocase
        $name_bmp_scr = ".bmp.scr" ascii wide nocase
        $name_mp4_exe = ".mp4.exe" ascii wide nocase
        $name_avi_exe = ".avi.exe" ascii wide nocase
        $copy = "CopyFile" ascii wide
        $open_shell = "ShellExecute" ascii wide
        $open_process = "CreateProcess" ascii wide
        $open_exec = "WinExec" ascii wide
        $start = "\\CurrentVersion\\Run" ascii wide nocase
    condition:
        uint16(0) == 0x5A4D and filesize < 4MB and any of ($name*) and $copy and any of ($open*) and
        $start
}

/* The version resource says what a file was called when it was built: no honest program was ever
   called a picture.  Libraries of resources are let be.  Of OriginalFilename the first three letters
   are left out: that "o" begins what is looked for would cost more than all else in UTF-16. */

rule SUSP_Dropper_PictureVersion_Nov26
{
    meta:
        id = "0d8d5b81-f42f-5cd4-b81f-d238f6d9d30c"
        version = "1.0"
        description = "Detects a program whose version resource says it was built as a picture, a film or a document"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://attack.mitre.org/techniques/T1036/"
        category = "TECHNIQUE"
        family = "Picture droppers"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "suspicious"
        basis = "inference from published behaviour"
        sample_seen = false
        status = "testing"
        score = 60
        mitre_att = "T1036"
    strings:
        $original = /ginalFilename\x00{1,2}[ -~]{1,64}\.(jpe?g|png|gif|bmp|mp4|avi|mp3|pdf|docx?|xlsx?)\x00/ wide nocase
    condition:
        uint16(0) == 0x5A4D and filesize < 4MB and
        uint32(uint32(0x3C)) == 0x00004550 and (uint16(uint32(0x3C) + 22) & 0x2000) == 0 and $original
}
