"""OneNote sections with attached files, and inert specimens.  ([MS-ONESTORE])"""

import struct

from samples.programs import pe, wide
from samples.specimen import Specimen

SECTION = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")
FILE_DATA = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
FILE_END = bytes.fromhex("22a7fb71790f0b4abb13899256426b24")


def section(*files: tuple[str, bytes], text: str = "") -> bytes:
    """Return a section, as far as readers of attachments look: a header, names, files."""
    data = SECTION.ljust(1024, b"\0")
    for name in (*(name for name, _ in files), text):
        encoded = wide(name + "\0")
        data += struct.pack("<I", len(encoded)) + encoded + bytes(-len(encoded) % 8)
    for _, content in files:
        data += FILE_DATA + struct.pack("<QIQ", len(content), 0, 0) + content
        data += bytes(-len(content) % 8) + FILE_END
    return data


def onenote_specimens() -> tuple[Specimen, ...]:
    script, program = section(("invoice.hta", b"<p>inert</p>")), section(("invoice.exe", pe()))
    embedded = ("embedded.executable",)
    return (
        Specimen("script.one", script, expected=embedded, about="A script on a page."),
        Specimen("program.one", program, expected=embedded, about="A program on a page."),
        Specimen("notes.one", section(("notes.txt", b"Plain.")), about="A text on a page."),
    )
