"""Workbooks of Excel 5 to 2003 ([MS-XLS]): macro sheets, names that run by themselves, DDE links.

A walk over the records, no emulation.  Encryption ends it: from there on records say nothing.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum

from scanners.budget import Budget
from scanners.documents.fields import dde_finding
from scanners.documents.finding import Finding
from scanners.ole.excel_formulas import called, guessed
from scanners.ole.macro_sheets import MacroSheets

MACRO_SHEET, MACRO_STREAM = 1, 0x40
BUILT_IN = 0x20
AUTO_NAMES = {1: "Auto_Open", 2: "Auto_Close", 10: "Auto_Activate", 11: "Auto_Deactivate"}
"""Names that are one character in the file (§2.4.150)."""
RECORDS = 4096
"""Records between two looks at the clock."""
MOST = 10_000
"""Formulas of macro sheets, and links, that are looked at."""

_HEAD = struct.Struct("<2H")


class _Record(IntEnum):
    FORMULA = 0x06
    EXTERNAL_SHEET = 0x17
    NAME = 0x18
    FILE_PASS = 0x2F
    SHEET = 0x85
    BOOK = 0x1AE
    BEGIN = 0x809


def workbook_findings(stream: memoryview, budget: Budget) -> Iterator[Finding]:
    """Judge the stream "Workbook" or "Book"; encryption ends it."""
    macros = MacroSheets()
    wide, in_macros, looked_at = True, False, 0
    for kind, data in _records(stream, budget):
        match kind:
            case _Record.BEGIN if len(data) >= 4:
                wide, in_macros = data[1] >= 6, data[2] == MACRO_STREAM
            case _Record.SHEET if len(data) > 7 and data[5] == MACRO_SHEET:
                macros.sheets[_text(data[7:], data[6], wide=wide)] = None
                macros.hidden |= bool(data[4] & 3)
            case _Record.NAME if len(data) > 14:
                macros.add_name(_name(data, wide=wide))
            case _Record.FORMULA if in_macros and looked_at < MOST:
                looked_at += 1
                tokens = data[22:]
                names = called(tokens) if wide else guessed(tokens)
                macros.functions.update(dict.fromkeys(names))
            case _Record.BOOK if len(data) > 4 and looked_at < MOST:
                looked_at += 1
                yield from _link(_text(data[4:], data[2], wide=True))
            case _Record.EXTERNAL_SHEET if data and not wide and looked_at < MOST:
                looked_at += 1
                yield from _link(_text(data[1:], data[0], wide=False))
            case _Record.FILE_PASS:
                break
    yield from macros.findings()


def _records(stream: memoryview, budget: Budget) -> Iterator[tuple[int, bytes]]:
    wanted = {kind.value for kind in _Record}
    at = count = 0
    while at + 4 <= len(stream):
        kind, size = _HEAD.unpack_from(stream, at)
        if kind in wanted:
            yield kind, bytes(stream[at + 4 : at + 4 + size])
        at += 4 + size
        count += 1
        if count % RECORDS == 0:
            budget.seconds_left()


def _name(data: bytes, *, wide: bool) -> str:
    """Return a defined name (§2.4.150); built-in ones in words."""
    text = _text(data[14:], data[3], wide=wide)
    if data[0] & BUILT_IN and text:
        return AUTO_NAMES.get(ord(text[0]), "")
    return text


def _text(data: bytes, length: int, *, wide: bool) -> str:
    """Return characters of one or two bytes; from Excel 97 on a byte before them says which."""
    if not wide:
        return data[:length].decode("latin-1")
    if data[:1] and data[0] & 1:
        return data[1 : 1 + 2 * length].decode("utf-16-le", "replace")
    return data[1 : 1 + length].decode("latin-1")


def _link(path: str) -> Iterator[Finding]:
    """Judge the path of another book (§2.5.277): 0x01 begins a file's, else 0x03 divides DDE."""
    application, mark, topic = path.partition("\x03")
    if mark and not path.startswith("\x01"):
        yield dde_finding(application, topic)
