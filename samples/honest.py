"""Honest files: every type under its own name.  Nothing may be found in them beyond level info."""

import bz2
import lzma

from samples import builders as b
from samples.specimen import Specimen

TEXT = "Plain text, with accents é ü ñ and a snowman ☃.\n"
OFFICE_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    b'content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.'
    b'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def _file(name: str, data: bytes, declared_type: str, about: str) -> Specimen:
    return Specimen(name, data, declared_type, about=about)


def _docx() -> bytes:
    document = b'<?xml version="1.0"?><document>Inert specimen.</document>'
    return b.zip_of({"[Content_Types].xml": OFFICE_TYPES, "word/document.xml": document})


def pictures_and_documents() -> tuple[Specimen, ...]:
    return (
        _file("photo.jpg", b.jpeg(), "image/jpeg", "A 1x1 JPEG."),
        _file("chart.png", b.png(), "image/png", "A 1x1 PNG."),
        _file("dot.gif", b.gif(), "image/gif", "A 1x1 GIF."),
        _file("dot.bmp", b.bmp(), "image/bmp", "A 1x1 bitmap."),
        _file("report.pdf", b.pdf(), "application/pdf", "A one-page PDF."),
        _file("letter.rtf", b.rtf(), "application/rtf", "A line of rich text."),
        _file("letter.doc", b.word(), "application/msword", "An old Word document, empty."),
        _file(
            "letter.docx",
            _docx(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "A new Word document, empty.",
        ),
        _file("page.html", b.html(), "text/html", "A page without scripts."),
        _file("beep.wav", b.wav(), "audio/x-wav", "Ten milliseconds of silence."),
        _file("song.mp3", b.mp3(), "audio/mpeg", "Two silent frames."),
        _file("clip.mp4", b.mp4(), "video/mp4", "A film without tracks."),
    )


def texts() -> tuple[Specimen, ...]:
    return (
        _file("empty.bin", b"", "", "No bytes at all."),
        _file("one.bin", b"\0", "application/octet-stream", "One byte."),
        _file("notes.txt", b"Plain ASCII text.\n" * 20, "text/plain", "ASCII text."),
        _file("notes-utf8.txt", TEXT.encode(), "text/plain", "UTF-8 without a mark."),
        _file("notes-bom.txt", TEXT.encode("utf-8-sig"), "text/plain", "UTF-8 with a mark."),
        _file("notes-utf16.txt", TEXT.encode("utf-16"), "text/plain", "UTF-16 with a mark."),
        _file(
            "notes-utf16be.txt", b"\xfe\xff" + TEXT.encode("utf-16-be"), "text/plain", "UTF-16BE."
        ),
        _file("notes-utf32.txt", TEXT.encode("utf-32"), "text/plain", "UTF-32 with a mark."),
        _file("notes-latin1.txt", "Café für Señor\n".encode("latin-1"), "text/plain", "Latin-1."),
        _file(
            "notes-cyrillic.txt", "Привет, мир\n".encode("cp1251"), "text/plain", "Windows-1251."
        ),
        _file(
            "notes-japanese.txt", "こんにちは世界\n".encode("shift_jis"), "text/plain", "Shift-JIS."
        ),
        _file("data.json", b'{"message": "hello", "n": [1, 2]}\n', "application/json", "JSON."),
        _file("table.csv", b"name,size\na,1\nb,2\n", "text/csv", "Comma-separated values."),
        _file("feed.xml", b'<?xml version="1.0"?><a><b/></a>\n', "application/xml", "XML."),
        _file("noise.bin", _noise(65_536), "application/octet-stream", "Bytes of high entropy."),
    )


def programs() -> tuple[Specimen, ...]:
    octets = "application/octet-stream"
    return (
        _file("setup.exe", b.pe(), octets, "An empty program, honestly named."),
        _file("library.dll", b.pe(dll=True), octets, "An empty library."),
        _file("tool", b.elf(), octets, "An ELF program."),
        _file("library.so", b.elf(shared=True), octets, "An ELF library."),
        _file("mac-tool", b.macho(), octets, "A Mach-O program."),
        _file("mac-universal", b.fat_macho(), octets, "A universal Mach-O program."),
        _file("Inert.class", b.java_class(), "application/java-vm", "A Java class."),
        _file(
            "inert.jar",
            b.zip_of(
                {
                    "META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\r\n",
                    "Inert.class": b.java_class(),
                }
            ),
            "application/java-archive",
            "A Java archive.",
        ),
        _file("package.msi", b.msi(), "application/x-msi", "An installer package."),
        _file("run.sh", b.script(), "application/x-sh", "A shell script."),
        _file("run.py", b.script("/usr/bin/env python3"), "text/x-python", "A Python script."),
        _file("run.pl", b.script("/usr/bin/perl"), "text/x-perl", "A Perl script."),
    )


def archives() -> tuple[Specimen, ...]:
    text = {"notes.txt": b"Plain text.\n"}
    return (
        _file("notes.zip", b.zip_of(text), "application/zip", "A ZIP of one text."),
        _file("stored.zip", b.zip_of(text, method=b.STORED), "application/zip", "Uncompressed."),
        _file("bzip2.zip", b.zip_of(text, method=b.BZIP2), "application/zip", "Method 12."),
        _file("lzma.zip", b.zip_of(text, method=b.LZMA), "application/zip", "Method 14."),
        _file("zstd.zip", b.zip_of(text, method=b.ZSTD), "application/zip", "Method 93."),
        _file("xz.zip", b.zip_of(text, method=b.XZ), "application/zip", "Method 95."),
        _file("empty.zip", b.zip_of({}), "application/zip", "A ZIP without members."),
        _file("notes.tar", b.tar_of(text), "application/x-tar", "A tar of one text."),
        _file("notes.txt.gz", b.gzip(b"Plain text.\n"), "application/gzip", "A gzip file."),
        _file("notes.txt.bz2", bz2.compress(b"Plain.\n"), "application/x-bzip2", "A bzip2 file."),
        _file("notes.txt.xz", lzma.compress(b"Plain.\n"), "application/x-xz", "An xz file."),
        _file("notes.txt.zst", b.zstd(b"Plain.\n"), "application/zstd", "A Zstandard file."),
        _file("empty.7z", b.empty_7z(), "application/x-7z-compressed", "7z without members."),
        _file("empty.rar", b.empty_rar(), "application/vnd.rar", "RAR without members."),
        _file(
            "album.zip",
            b.zip_of({"a.jpg": b.jpeg(), "b/c.png": b.png(), "inner.zip": b.zip_of(text)}),
            "application/zip",
            "Pictures and a ZIP within a ZIP.",
        ),
        _file(
            "tools.zip",
            b.zip_of({"setup.exe": b.pe()}),
            "application/zip",
            "A program under its own name in a ZIP: recorded, not stopped.",
        ),
    )


def _noise(size: int) -> bytes:
    """Return bytes that look random and are the same at every call (xorshift32)."""
    state, words = 2463534242, []
    for _ in range(size // 4):
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        words.append(state.to_bytes(4, "little"))
    return b"".join(words)


def honest_specimens() -> tuple[Specimen, ...]:
    return pictures_and_documents() + texts() + programs() + archives()
