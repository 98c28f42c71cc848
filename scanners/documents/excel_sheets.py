"""Macro sheets of .xlsm and .xlsb ([MS-XLSB]): what they do, and what starts them."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.documents.finding import Finding
from scanners.documents.markup import as_markup, elements
from scanners.documents.parts import Parts
from scanners.ole.excel_formulas import STARTING, WRITING, called
from scanners.ole.macro_sheets import MacroSheets

FOLDERS = ("xl/macrosheets/", "xl/intlmacrosheets/")
WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin")
SHEETS = 100
"""Macro sheets that are looked at."""
NAME, SHEET = 39, 156
"""Records BrtName and BrtBundleSh of a workbook (§2.4)."""
FORMULAS = frozenset({8, 9, 10, 11})
"""Records of cells with a formula: text, number, truth, error; the value stands before it."""
VALUES = {9: 8, 10: 1, 11: 1}

_CALL = re.compile(r"\b([A-Z]{4,8}(?:\.[A-Z]{2,4})?)[ ]?\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Record:
    kind: int
    data: bytes


def macro_sheet_findings(parts: Parts, budget: Budget) -> Iterator[Finding]:
    """Judge the macro sheets of a workbook together with the names that start them."""
    sheets = parts.within(*FOLDERS)
    if not sheets:
        return
    macros = MacroSheets(dict.fromkeys(name.rpartition("/")[2] for name in sheets[:SHEETS]))
    for name in parts.within(*WORKBOOKS):
        view = parts.read(name, budget)
        if name.lower().endswith(".bin"):
            _read_workbook(view, macros, budget)
        else:
            _read_workbook_xml(as_markup(view, budget), macros)
    for name in sheets[:SHEETS]:
        view = parts.read(name, budget)
        names = _functions(view, budget) if name.lower().endswith(".bin") else _words(view, budget)
        macros.functions.update(dict.fromkeys(names))
    yield from macros.findings()


def _read_workbook_xml(data: bytes, macros: MacroSheets) -> None:
    for element in elements(data, "definedName", "sheet"):
        if element.name == "definedName":
            macros.add_name(element.attributes.get("name", ""))
        else:
            macros.hidden |= "hidden" in element.attributes.get("state", "").lower()


def _words(view: memoryview, budget: Budget) -> Iterator[str]:
    """Yield the functions that formulas in XML call, of those that matter."""
    for element in elements(as_markup(view, budget), "f"):
        for match in _CALL.finditer(element.text):
            if match[1].upper() in STARTING | WRITING:
                yield match[1].upper()


def _read_workbook(view: memoryview, macros: MacroSheets, budget: Budget) -> None:
    for record in _records(view, budget):
        if record.kind == SHEET and len(record.data) >= 4:
            macros.hidden |= record.data[0] in (1, 2)
        elif record.kind == NAME:
            macros.add_name(_wide_text(record.data[9:]))


def _functions(view: memoryview, budget: Budget) -> Iterator[str]:
    for record in _records(view, budget):
        if record.kind in FORMULAS:
            yield from called(_tokens(record), wide=True)


def _tokens(record: _Record) -> bytes:
    """Return the tokens of a cell's formula: behind column, format, value, flags (§2.5.97.1)."""
    data = record.data
    if record.kind == 8:
        at = 8 + 4 + 2 * int.from_bytes(data[8:12], "little")
    else:
        at = 8 + VALUES[record.kind]
    at += 2
    size = int.from_bytes(data[at : at + 4], "little")
    return data[at + 4 : at + 4 + size]


def _records(view: memoryview, budget: Budget) -> Iterator[_Record]:
    """Yield records: kind and size are numbers of seven bits a byte (§2.1.4)."""
    at = count = 0
    while at < len(view):
        kind, at = _number(view, at, 2)
        size, at = _number(view, at, 4)
        if kind in FORMULAS or kind in (NAME, SHEET):
            yield _Record(kind, bytes(view[at : at + size]))
        at += size
        count += 1
        if count % 4096 == 0:
            budget.seconds_left()


def _number(view: memoryview, at: int, most: int) -> tuple[int, int]:
    number = 0
    for place in range(most):
        byte = view[at] if at < len(view) else 0
        at += 1
        number |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            break
    return number, at


def _wide_text(data: bytes) -> str:
    (length,) = struct.unpack("<I", data[:4].ljust(4, b"\0"))
    return data[4 : 4 + 2 * min(length, 255)].decode("utf-16-le", "replace")
