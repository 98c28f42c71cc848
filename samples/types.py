"""Honest files of the rarer types, each under its own name: their checks have to be warm, too."""

import struct

from samples import builders as b
from samples.specimen import Specimen

BATCH = (
    b"@rem inert specimen\r\n@setlocal\r\n@set note=%TEMP%\\note.txt\r\n"
    b'@if not exist "%note%" goto end\r\n@type "%~dp0note.txt" >nul\r\n:end\r\n'
)
POWERSHELL = b"""# inert specimen
param([string]$Folder = "$env:TEMP")
$files = Get-ChildItem -Path $Folder
$files | Where-Object { $_.Length -eq 0 } | Out-Null
"""
VBSCRIPT = b"""' inert specimen
Option Explicit
Dim files
Set files = CreateObject("Scripting.FileSystemObject")
"""
PYTHON = b"""import sys


def main():
    return 0


if __name__ == "__main__":
    sys.exit(main())
"""
CONSOLE = b'<?xml version="1.0"?>\r\n<MMC_ConsoleFile ConsoleVersion="3.0"/>\r\n'
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script>/* inert */</script></svg>'
SETTINGS = b"; no program reads this\n[Version]\nnumber=1\n[autorun]\nicon=a.ico\n"


def _floppy() -> bytes:
    """Return an empty disk of 64 sectors with a FAT file system (Microsoft FAT specification)."""
    boot = bytearray(512)
    boot[:11] = b"\xeb\x3c\x90DOUANE  "
    struct.pack_into("<HBHBHHBH", boot, 11, 512, 1, 1, 2, 16, 64, 0xF0, 1)
    boot[510:] = b"\x55\xaa"
    table = b"\xf0\xff\xff".ljust(512, b"\0")
    return bytes(boot) + table * 2 + bytes(61 * 512)


def _package() -> bytes:
    """Return a Python package without modules."""
    return b.zip_of({"inert-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\n"})


def type_specimens() -> tuple[Specimen, ...]:
    return (
        Specimen("note.bat", BATCH, about="A batch file that prints nothing."),
        Specimen("list.ps1", POWERSHELL, about="A PowerShell script that counts nothing."),
        Specimen(
            "list-wide.ps1", POWERSHELL.decode().encode("utf-16"), about="The same in UTF-16."
        ),
        Specimen("files.vbs", VBSCRIPT, about="A VBScript that touches no file."),
        Specimen("tool.py", PYTHON, "text/x-python", about="Python without a first line."),
        Specimen("console.msc", CONSOLE, about="An empty management console."),
        Specimen("drawing.svg", DRAWING, "image/svg+xml", about="A drawing with a script."),
        Specimen("settings.inf", SETTINGS, "text/plain", about="Settings that install nothing."),
        Specimen("inert-1.0-py3-none-any.whl", _package(), about="A Python package."),
        Specimen("floppy.img", _floppy(), about="An empty floppy disk."),
        Specimen(
            "script.jpg", POWERSHELL, "image/jpeg",
            expected=("disguise.extension", "disguise.mime"), about="A script as a picture.",
        ),
        Specimen(
            "album.png", b.zip_of({"META-INF/MANIFEST.MF": b"", "A.class": b.java_class()}),
            expected=("disguise.extension",), about="A Java archive as a picture.",
        ),
    )  # fmt: skip
