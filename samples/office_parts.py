"""What documents are made of: packages, records of Excel and PowerPoint, winmail.dat, parts in XML.

No document here does harm: macros call a calculator, hosts end in .example.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping

from samples.containers import zip_of

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def package(name: str, data: bytes) -> bytes:
    """Return the stream of a file dropped into a document.  ([MS-OLEDS] §2.3.6)"""
    label = name.encode("latin-1") + b"\0"
    path = b"C:\\Users\\Public\\" + label
    command = struct.pack("<I", len(path)) + path
    native = b"\2\0" + label + path + b"\0\0\3\0" + command + struct.pack("<I", len(data)) + data
    for text in (path, label, path):
        native += struct.pack("<I", len(text)) + text.decode("latin-1").encode("utf-16-le")
    return struct.pack("<I", len(native)) + native


def record(kind: int, data: bytes = b"") -> bytes:
    """Return one record of Excel 97.  ([MS-XLS] §2.1.4)"""
    return struct.pack("<HH", kind, len(data)) + data


def begin(kind: int) -> bytes:
    return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))


def macro_workbook(tokens: bytes, *, auto: int = 1, hidden: int = 2) -> bytes:
    """Return the stream of a workbook with a macro sheet that holds one formula.

    `auto`: the built-in name that points to it, 1 for Auto_Open; 0: none.
    """
    sheet = record(0x85, struct.pack("<IBBBB", 0, hidden, 1, 6, 0) + b"Macro1")
    name = struct.pack("<HBBHHHBBBB", 0x20, 0, 1, 0, 0, 1, 0, 0, 0, 0) + b"\0" + bytes([auto])
    formula = struct.pack("<HHHdHIH", 0, 0, 0, 0.0, 0, 0, len(tokens)) + tokens
    names = record(0x18, name) if auto else b""
    body = begin(5) + sheet + names + record(0x0A)
    body += begin(0x40) + record(0x06, formula) + record(0x0A)
    return body.ljust(4096, b"\0")


def exec_formula(command: str) -> bytes:
    """Return the tokens of EXEC("…")."""
    return b"\x17" + bytes([len(command), 0]) + command.encode() + b"\x42\1" + b"\x6e\0"


def presentation(storage: bytes, *, compressed: bool = True) -> bytes:
    """Return the stream of a presentation with one storage in it.  ([MS-PPT] §2.10.34)"""
    body = struct.pack("<I", len(storage)) + zlib.compress(storage) if compressed else storage
    inner = struct.pack("<HHI", int(compressed) << 4, 0x1011, len(body)) + body
    return (struct.pack("<HHI", 0xF, 1000, len(inner)) + inner).ljust(4096, b"\0")


def active_mime(data: bytes) -> bytes:
    return b"ActiveMime".ljust(0x32, b"\0") + zlib.compress(data)


def tnef(attachments: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a winmail.dat.  ([MS-OXTNEF])"""
    out = struct.pack("<IH", 0x223E9F78, 1) + _attribute(1, 0x00089006, b"\0\0\1\0")
    for name, data in attachments:
        out += _attribute(2, 0x00069002, bytes(14))
        out += _attribute(2, 0x00018010, name.encode("latin-1") + b"\0")
        out += _attribute(2, 0x0006800F, data)
    return out


def _attribute(level: int, kind: int, data: bytes) -> bytes:
    return (
        struct.pack("<BII", level, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
    )


def office_xml(parts: Mapping[str, bytes]) -> bytes:
    """Return a document that is a ZIP of these parts."""
    return zip_of({"[Content_Types].xml": TYPES, **parts})


def relations(links: Iterable[tuple[str, str]]) -> bytes:
    """Return a part with external links: kind and target of each."""
    rows = "".join(
        f'<Relationship Id="r{number}" Type="{RELATIONS}/{kind}" Target="{target}" '
        'TargetMode="External"/>'
        for number, (kind, target) in enumerate(links)
    )
    start = f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}">'
    return f"{start}{rows}</Relationships>".encode()


def word_text(runs: str) -> bytes:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<?xml version="1.0"?><w:document xmlns:w="{word}"><w:body><w:p>{runs}</w:p></w:body>'
    return f"{text}</w:document>".encode()


def field(*pieces: str) -> str:
    """Return the runs of a field of Word, its code in these pieces."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return mark.format("begin") + runs + mark.format("end")
