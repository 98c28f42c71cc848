"""Documents of Word 97 to 2003 ([MS-DOC]): field codes, and the template they are attached to."""

import re
import struct
from collections.abc import Iterator

from scanners.budget import Budget
from scanners.documents.fields import field_findings
from scanners.documents.finding import Finding
from scanners.documents.targets import target_finding
from scanners.ole.compound import Compound, Entry

FIELDS = 10_000
"""Fields of one document that are looked at."""
ASSOCIATED = 0x19A
"""Where the file header says where the associated strings lie: fcSttbfAssoc (§2.5.6)."""
TEMPLATE = 1
"""Index of the template among them (§2.9.275)."""

_WORDS = rb"DDE|INCLUDE|LINK"
_NARROW = re.compile(rb"\x13\s{0,20}(?i:%b)[^\x13\x14\x15\0]{0,4000}" % _WORDS)
_WIDE = re.compile(
    rb"\x13\0(?:\s\0){0,20}(?i:D\0D\0E\0|I\0N\0C\0L\0U\0D\0E\0|L\0I\0N\0K\0)"
    rb"(?:[^\x13\x14\x15\0]\0){0,4000}"
)


def document_findings(compound: Compound, document: Entry, budget: Budget) -> Iterator[Finding]:
    """Judge the stream "WordDocument" and the table beside it."""
    stream = compound.read(document)
    for number, code in enumerate(_codes(stream)):
        if number == FIELDS:
            break
        budget.seconds_left()
        yield from field_findings(code)
    if template := _template(compound, document, stream):
        yield from filter(None, [target_finding("attachedTemplate", template)])


def _codes(stream: memoryview) -> Iterator[str]:
    """Yield field codes: text between the marks 0x13 and 0x14, in characters of one or two bytes.

    Pieces of text are not put into their order: a field code is typed in one piece.
    """
    for match in _NARROW.finditer(stream):
        yield match[0][1:].decode("latin-1")
    for match in _WIDE.finditer(stream):
        yield match[0][2:].decode("utf-16-le", "replace")


def _template(compound: Compound, document: Entry, stream: memoryview) -> str:
    """Return what the document is attached to; empty if it does not say.

    A path without folders is a template of the reader's own (Normal.dotm).
    """
    if len(stream) < ASSOCIATED + 8:
        return ""
    table_name = "1Table" if stream[11] & 2 else "0Table"
    table = compound.find(document.parent, table_name)
    start, size = struct.unpack_from("<2I", stream, ASSOCIATED)
    strings = bytes(compound.read(table)[start : start + min(size, 64 * 1024)]) if table else b""
    if strings[:2] != b"\xff\xff":
        return ""
    at = 6
    for _ in range(TEMPLATE):
        at += 2 + 2 * int.from_bytes(strings[at : at + 2], "little")
    length = int.from_bytes(strings[at : at + 2], "little")
    path = strings[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
    return path if "/" in path or "\\" in path else ""
