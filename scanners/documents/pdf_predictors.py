"""Undo the predictors of PDF streams: rows that say how they differ from the row above.

Row by row, in Python: what one document may cost is bounded as a whole.  (ISO 32000-1 §7.4.4.4)
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.documents.pdf_syntax import Value
from scanners.errors import ContentTooLarge

MAX_PREDICTED = 8 * 1024 * 1024
"""Bytes of one document that predictors are undone for, two to four seconds for this many."""
ROWS_A_LOOK = 32 * 1024
"""Bytes between two looks at the clock."""
PNG = 10
"""The first of the predictors of PNG (§7.4.4.4); the one of TIFF is for pictures alone."""


@dataclass(slots=True)
class Predictors:
    """Undoes them for one document."""

    budget: Budget
    bytes_left: int = MAX_PREDICTED

    def undo(self, data: memoryview, parameters: Mapping[str, Value]) -> memoryview:
        """Return the rows in clear; raise ContentTooLarge, or what the budget raises."""
        if number(parameters.get("Predictor"), 1) < PNG:
            return data
        self.bytes_left -= len(data)
        if self.bytes_left < 0:
            raise ContentTooLarge("too much behind predictors")
        colors = min(number(parameters.get("Colors"), 1), 32) or 1
        depth = min(number(parameters.get("BitsPerComponent"), 8), 16) or 8
        columns = min(number(parameters.get("Columns"), 1), len(data)) or 1
        step = max(1, colors * depth // 8)
        length = (colors * depth * columns + 7) // 8
        out = bytearray()
        above, looked = bytearray(length), 0
        for start in range(0, len(data), length + 1):
            if start >= looked:
                self.budget.seconds_left()
                looked = start + ROWS_A_LOOK
            row = bytearray(data[start + 1 : start + 1 + length].tobytes().ljust(length, b"\0"))
            _undo_row(data[start], row, above, step)
            out += row
            above = row
        return memoryview(out).toreadonly()


def number(value: Value, default: int) -> int:
    return value if isinstance(value, int) else default


def _undo_row(kind: int, row: bytearray, above: bytearray, step: int) -> None:
    """Undo one row in place (PNG §9.2); what stands left of it is zero."""
    if kind == 1:
        for at in range(step, len(row)):
            row[at] = (row[at] + row[at - step]) & 0xFF
    elif kind == 2:
        row[:] = bytes([(value + up) & 0xFF for value, up in zip(row, above, strict=True)])
    elif kind == 3:
        for at, up in enumerate(above):
            left = row[at - step] if at >= step else 0
            row[at] = (row[at] + (left + up) // 2) & 0xFF
    elif kind == 4:
        for at, up in enumerate(above):
            left, corner = (row[at - step], above[at - step]) if at >= step else (0, 0)
            row[at] = (row[at] + _paeth(left, up, corner)) & 0xFF


def _paeth(left: int, up: int, corner: int) -> int:
    """Return which of the three is nearest to left + up - corner; the first of equally near."""
    by_left, by_up, by_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner
