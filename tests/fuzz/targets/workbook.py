"""Workbooks: records and formulas of any bytes end, and what stands before does not hide a call.

Input: records of Excel 97; taken as tokens and as a part of an .xlsb as well.
"""

import time

from samples import builders, office_parts
from scanners.budget import Budget
from scanners.documents.excel_sheets import macro_sheet_findings
from scanners.documents.parts import read_parts
from scanners.ole.excel import workbook_findings
from scanners.ole.excel_formulas import called, guessed

EXEC = office_parts.exec_formula("calc")


def fuzz_one(data: bytes) -> None:
    budget = Budget(time.monotonic() + 60, 1 << 24, 64, 4)
    first = list(workbook_findings(memoryview(data), budget))
    assert first == list(workbook_findings(memoryview(data), budget))
    assert len(first) <= len(data) // 4 + 1
    names = list(called(data)) + list(called(data, wide=True)) + list(guessed(data))
    assert len(names) <= 3 * len(data) + 10
    tail = office_parts.macro_workbook(EXEC)
    found = list(workbook_findings(memoryview(_records(data) + tail), budget))
    assert any(not finding.harmless for finding in found), "records before it hide a macro"
    files = {"xl/workbook.bin": data, "xl/macrosheets/a.bin": data}
    list(macro_sheet_findings(read_parts(memoryview(builders.zip_of(files))), budget))


def _records(data: bytes) -> bytes:
    """Return the input as whole records of kinds that neither end the walk nor contradict it."""
    pieces = (data[at : at + 40] for at in range(0, len(data), 40))
    return b"".join(office_parts.record(0x100 | piece[0] & 0x3F, piece[1:]) for piece in pieces)
