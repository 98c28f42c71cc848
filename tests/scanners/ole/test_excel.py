"""Records of Excel: macro sheets, names, links."""

import io
import struct
from collections.abc import Callable

import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from samples import office_parts as o
from scanners.budget import Budget
from scanners.documents.finding import Finding
from scanners.ole.compound import open_compound
from scanners.ole.excel import workbook_findings

MakeBudget = Callable[..., Budget]
EXEC = o.exec_formula("calc.exe")


def findings(stream: bytes, budget: Budget) -> list[Finding]:
    return list(workbook_findings(memoryview(stream), budget))


CASES = {
    "Auto_Open and EXEC": (o.macro_workbook(EXEC), "excel4_auto_run"),
    "in sight": (o.macro_workbook(EXEC, hidden=0), "excel4_auto_run"),
    "Auto_Close": (o.macro_workbook(EXEC, auto=2), "excel4_auto_run"),
    "another name": (o.macro_workbook(EXEC, auto=6), "excel4"),
    "nothing starts it": (o.macro_workbook(EXEC, auto=0), "excel4"),
    "no call": (o.macro_workbook(b"\x41\x36\0"), "excel4"),
}


@pytest.mark.parametrize("stream, word", CASES.values(), ids=CASES)
def test_macro_sheets(stream: bytes, word: str, new_budget: MakeBudget) -> None:
    (finding,) = findings(stream, new_budget())
    assert finding.word == word
    assert finding.harmless is (word == "excel4")


def _book(path: bytes) -> bytes:
    return o.record(0x1AE, struct.pack("<HHB", 1, len(path), 0) + path)


LINKS = {
    "DDE": (_book(b"cmd\x03/c calc"), [False]),
    "DDE to a spreadsheet": (_book(b"Excel\x03table.xls"), [True]),
    "another book": (_book(b"\x01\x01C\x03other.xls"), []),
    "itself": (o.record(0x1AE, b"\1\0\1\4"), []),
    "Excel 5": (
        o.record(0x809, struct.pack("<HH", 0x500, 5)) + o.record(0x17, b"\x0ccmd\x03/c x.exe"),
        [False],
    ),
}


@pytest.mark.parametrize("record, harmless", LINKS.values(), ids=LINKS)
def test_links(record: bytes, harmless: list[bool], new_budget: MakeBudget) -> None:
    stream = (b"" if record[:2] == b"\x09\x08" else o.begin(5)) + record
    assert [found.harmless for found in findings(stream, new_budget())] == harmless


def test_names_and_sheets_of_excel_5(new_budget: MakeBudget) -> None:
    begin = o.record(0x809, struct.pack("<HH", 0x500, 5))
    sheet = o.record(0x85, struct.pack("<IBBB", 0, 1, 1, 3) + b"Run")
    name = o.record(0x18, struct.pack("<HBBHHH4x", 0, 0, 9, 0, 0, 0) + b"auto_open")
    macro = o.record(0x809, struct.pack("<HH", 0x500, 0x40))
    formula = o.record(0x06, bytes(22) + b"\x17\4calc" + b"\x42\1\x6e\0")
    (finding,) = findings(begin + sheet + name + macro + formula, new_budget())
    assert not finding.harmless


def test_encryption_ends_the_walk(new_budget: MakeBudget) -> None:
    stream = o.begin(5) + o.record(0x2F, bytes(6)) + o.macro_workbook(EXEC)
    assert findings(stream, new_budget()) == []


def test_formulas_of_ordinary_sheets_are_not_asked(new_budget: MakeBudget) -> None:
    stream = o.macro_workbook(EXEC).replace(o.begin(0x40), o.begin(0x10))
    assert findings(stream, new_budget())[0].harmless


def test_a_workbook_of_xlwt_says_nothing(new_budget: MakeBudget) -> None:
    book, saved = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("one")
    sheet.write(0, 0, xlwt.Formula('HYPERLINK("https://example.com";"x")'))
    book.save(saved)
    opened = open_compound(memoryview(saved.getvalue()))
    entry = opened.find(0, "Workbook")
    assert entry is not None
    assert findings(bytes(opened.read(entry)), new_budget()) == []


@given(st.binary(max_size=400))
def test_noise_is_survived(noise: bytes) -> None:
    budget = Budget(1e12, 1000, 10, 4)
    findings(noise, budget)
    findings(o.macro_workbook(noise[:200]) + noise, budget)
