"""Word 97: field codes in both widths, and the template a document is attached to."""

import struct
from collections.abc import Callable

import pytest

from samples.compound_tree import compound
from scanners.budget import Budget
from scanners.documents.finding import Finding
from scanners.ole.compound import open_compound
from scanners.ole.word import document_findings

MakeBudget = Callable[..., Budget]
DDE = ' DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc" '


def findings(stream: bytes, budget: Budget, table: bytes = b"") -> list[Finding]:
    data = compound({"WordDocument": stream, "1Table": table, "0Table": b""})
    opened = open_compound(memoryview(data))
    entry = opened.find(0, "WordDocument")
    assert entry is not None
    return list(document_findings(opened, entry, budget))


def narrow(code: str) -> bytes:
    return b"text \x13" + code.encode("latin-1") + b"\x14shown\x15 text"


def wide(code: str) -> bytes:
    return f"text \x13{code}\x14shown\x15 text".encode("utf-16-le")


CASES = {
    "DDE in bytes": (narrow(DDE), [False]),
    "DDE in UTF-16": (wide(DDE), [False]),
    "DDE to a spreadsheet": (wide(' DDE Excel.Sheet.8 "C:\\\\table.xls" R1C1 '), [True]),
    "a link": (narrow(' HYPERLINK "http://example.com/a.exe" '), []),
    "a page number": (wide(" PAGE "), []),
    "the word in a text": (b"about DDEAUTO cmd.exe", []),
    "a picture from elsewhere": (
        wide(' INCLUDEPICTURE "\\\\\\\\10.0.0.1\\\\a\\\\b.png" '),
        [False],
    ),
}


@pytest.mark.parametrize("text, harmless", CASES.values(), ids=CASES)
@pytest.mark.parametrize("shift", [0, 1])
def test_fields(text: bytes, harmless: list[bool], shift: int, new_budget: MakeBudget) -> None:
    stream = bytes(600 + shift) + text
    assert [found.harmless for found in findings(stream, new_budget())] == harmless


def attached(template: str) -> tuple[bytes, bytes]:
    """Return the document and the table of one attached to this template."""
    rows = ["", template]
    table = b"\xff\xff" + struct.pack("<HH", 18, 0)
    for row in rows:
        table += struct.pack("<H", len(row)) + row.encode("utf-16-le")
    stream = bytearray(700)
    stream[11] = 2
    struct.pack_into("<II", stream, 0x19A, 9, len(table))
    return bytes(stream), b"123456789" + table


TEMPLATES = {
    "of the reader's own": ("Normal.dotm", []),
    "on the same machine": ("C:\\Users\\me\\Templates\\letter.dot", [True]),
    "from elsewhere": ("https://templates.example/letter.dotm", [False]),
    "from a foreign share": ("\\\\files.example\\t\\letter.dotm", [False]),
    "none": ("", []),
}


@pytest.mark.parametrize("template, harmless", TEMPLATES.values(), ids=TEMPLATES)
def test_templates(template: str, harmless: list[bool], new_budget: MakeBudget) -> None:
    stream, table = attached(template)
    assert [found.harmless for found in findings(stream, new_budget(), table)] == harmless


def test_a_table_that_is_cut_says_nothing(new_budget: MakeBudget) -> None:
    stream, table = attached("https://templates.example/letter.dotm")
    for end in (0, 9, 12, 16, 20):
        assert findings(stream, new_budget(), table[:end]) == []
