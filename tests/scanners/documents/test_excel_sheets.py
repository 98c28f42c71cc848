"""Macro sheets of .xlsm and .xlsb: with the names that start them, in both formats."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.budget import Budget
from scanners.documents.excel_sheets import macro_sheet_findings
from scanners.documents.finding import Finding
from scanners.documents.parts import read_parts

MakeBudget = Callable[..., Budget]
NAMES = '<workbook><sheet name="M" state="{}"/><definedName name="{}">M!A1</definedName>'
SHEET = "<xm:macrosheet><f>{}</f></xm:macrosheet>"
EXEC = b"\x17\4\0c\0a\0l\0c\0" + b"\x42\1\x6e\0"


def findings(files: dict[str, bytes], budget: Budget) -> list[Finding]:
    archive = builders.zip_of(files)
    return list(macro_sheet_findings(read_parts(memoryview(archive)), budget))


XML = {
    "starts a program": ("visible", "_xlnm.Auto_Open", 'EXEC("calc")', False),
    "calls a library": ("hidden", "auto_open1", '1+CALL("urlmon","URLDownloadToFileA")', False),
    "registers one": ("visible", "Auto_Close", 'REGISTER ("k","x")', False),
    "writes formulas in hiding": ("veryHidden", "Auto_Open", 'FORMULA.FILL("=1",A1)', False),
    "writes formulas in sight": ("visible", "Auto_Open", 'FORMULA("=1",A1)', True),
    "if asked to": ("visible", "Total", 'EXEC("calc")', True),
    "no call": ("visible", "Auto_Open", 'ALERT("EXEC")', True),
}


@pytest.mark.parametrize("state, name, formula, harmless", XML.values(), ids=XML)
def test_in_xml(
    state: str, name: str, formula: str, harmless: bool, new_budget: MakeBudget
) -> None:
    files = {
        "xl/workbook.xml": NAMES.format(state, name).encode(),
        "xl/macrosheets/sheet1.xml": SHEET.format(formula).encode(),
    }
    (found,) = findings(files, new_budget())
    assert found.harmless is harmless


def record(kind: int, data: bytes) -> bytes:
    """One record: kind and size in numbers of seven bits a byte."""
    kinds = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(data)
    sizes = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
    return kinds + sizes + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def workbook(name: str) -> bytes:
    return (
        record(131, b"") + record(156, struct.pack("<2I", 0, 1) + wide("rId1") + wide("M"))
        + record(39, struct.pack("<IBI", 0, 0, 0xFFFFFFFF) + wide(name)) + record(132, b"")
    )  # fmt: skip


FORMULAS = {
    "text": record(8, bytes(8) + wide("result") + b"\0\0" + struct.pack("<I", len(EXEC)) + EXEC),
    "number": record(9, bytes(8) + bytes(8) + b"\0\0" + struct.pack("<I", len(EXEC)) + EXEC),
    "truth": record(10, bytes(8) + b"\1" + b"\0\0" + struct.pack("<I", len(EXEC)) + EXEC),
}


@pytest.mark.parametrize("cell", FORMULAS.values(), ids=FORMULAS)
@pytest.mark.parametrize("name, harmless", [("_xlnm.Auto_Open", False), ("Total", True)])
def test_in_binary(cell: bytes, name: str, harmless: bool, new_budget: MakeBudget) -> None:
    files = {
        "xl/workbook.bin": workbook(name),
        "xl/macrosheets/binsheet1.bin": record(129, bytes(200)) + cell,
    }
    (found,) = findings(files, new_budget())
    assert found.harmless is harmless


def test_an_ordinary_workbook_is_not_read(new_budget: MakeBudget) -> None:
    budget = new_budget()
    before = budget.bytes_left
    files = {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"<f>EXEC(1)</f>"}
    assert findings(files, budget) == []
    assert budget.bytes_left == before


@given(st.binary(max_size=300))
def test_noise_is_survived(noise: bytes) -> None:
    budget = Budget(1e12, 100_000, 10, 4)
    files = {"xl/workbook.bin": noise, "xl/macrosheets/a.bin": noise}
    findings(files, budget)
