"""Parts of documents, winmail.dat and the like: any bytes are read, and planted ones are found.

Input: the first byte chooses what the rest is taken for.
"""

from pathlib import Path

from samples import office_parts as parts
from scanners.documents.activemime import ActiveMimeContainer
from scanners.documents.office_package import OfficePackageScanner
from scanners.documents.ooxml import OfficeXmlScanner
from scanners.documents.tables import TableScanner
from scanners.documents.tnef import TnefContainer
from scanners.errors import ContentMalformed
from scanners.kit import Kit
from scanners.model import Content
from scanners.ole.rtf_compression import compressed_rtf
from scanners.types.table import read_type_table
from tests.fuzz.tree import PROGRAM, TYPES, all_nodes, examine_once, examine_twice

KIT = Kit(read_type_table(Path(__file__).parents[3] / "rules" / "types.toml"), TYPES.identify)
SCANNERS = (
    TnefContainer(KIT),
    ActiveMimeContainer(KIT),
    OfficeXmlScanner(),
    OfficePackageScanner(KIT),
    TableScanner(),
)
HEADS = (b"", b"\x78\x9f\x3e\x22\1\0", b"ActiveMime".ljust(0x32, b"\0"), b"<?xml version='1.0'?>")
DDE = parts.word_text(parts.field("DDE cmd /c calc"))


def fuzz_one(data: bytes) -> None:
    head, rest = HEADS[data[0] % len(HEADS)] if data else b"", data[1:]
    examine_twice(Content(memoryview(head + rest), name="a.csv"), *SCANNERS)
    wrapped = parts.tnef([("a.txt", rest), ("a.exe", PROGRAM)])
    found = examine_once(Content(memoryview(wrapped)), SCANNERS)
    assert found.types is not None
    planted = any(node.file_type.name == "pe" for node in all_nodes(found.types))
    assert planted or found.unscanned, "an attachment hides another"
    safe = rest.translate(None, b"<")
    field = examine_once(Content(memoryview(DDE.replace(b"<w:p>", b"<w:p>" + safe))), SCANNERS)
    assert field.detections or field.types != examine_types(DDE), "a text hides a field"
    check_rtf(len(rest).to_bytes(4, "little") + rest)


def examine_types(data: bytes) -> object:
    return examine_once(Content(memoryview(data)), SCANNERS).types


def check_rtf(data: bytes) -> None:
    """Compressed text grows by no more than copies can make it."""
    try:
        out = sum(map(len, compressed_rtf(memoryview(data))))
    except ContentMalformed:
        return
    assert out <= 9 * len(data)
