"""Verdicts as CSV or JSON lines, as long as anybody reads them; nothing is held but one page.

What is in a cell was chosen by strangers, and spreadsheets run what looks like a formula:
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import json
import re
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from enum import StrEnum

from fastapi.concurrency import run_in_threadpool

from api.held import HeldResponse, Place, while_it_may
from verdicts.ledger.reading.queries import Page

PAGE_ROWS = 500
FORMULA = re.compile(
    # At the beginning, and behind what another program may take for the end of a cell
    r"(?:^|(?<=[,;|\t\r\n]))(?=[\s\"']{0,16}[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])"
)
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
"""What a terminal might obey; a cell keeps its tabs and line breaks."""
for _kept in "\t\r\n":
    del CONTROLS[ord(_kept)]
Row = Mapping[str, object]


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        return "text/csv; charset=utf-8; header=present" if self is Format.CSV else _JSONL


_JSONL = "application/jsonl"


class ExportResponse(HeldResponse):
    """An export as a file; between its pages the key is looked at again."""

    def __init__(
        self, content: AsyncGenerator[bytes, None], form: Format, name: str, place: Place
    ) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
        super().__init__(while_it_may(content, place.goes_on), place, headers, form.media_type)


async def export(
    first: Page, read: Callable[[str, int], Page], form: Format, fields: Sequence[str], limit: int
) -> AsyncGenerator[bytes, None]:
    """Yield up to `limit` verdicts, and if there are more, a last line that says so.

    `first` is the first page, `read` gives the page of a cursor, and blocks.  What it raises
    breaks the transfer off: the client sees that it is not whole.
    """
    lines = _csv_lines if form is Format.CSV else _json_lines
    if form is Format.CSV:
        yield _csv_row(fields)
    page, count = first, 0
    while True:
        count += len(page.data)
        if page.data:
            yield await run_in_threadpool(lines, page.data)
        if page.next is None:
            return
        if count >= limit:
            break
        page = await run_in_threadpool(read, page.next, min(PAGE_ROWS, limit - count))
    if form is Format.CSV:
        words = f"# truncated after {count} verdicts; more: cursor={page.next}"
        yield _csv_row([words, *[""] * (len(fields) - 1)])
    else:
        yield _json_line({"truncated": {"verdicts": count, "cursor": page.next}})


def cell(value: object) -> str:
    """Return what stands in a cell: lists and records as their words, nothing that is a formula."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return FORMULA.sub("'", _words(value).translate(CONTROLS))


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(filter(None, map(_words, value.values())))
    if isinstance(value, list):
        return "; ".join(map(_words, value))
    return "" if value is None else str(value)


def _csv_lines(rows: Iterable[Row]) -> bytes:
    return b"".join(_csv_row(list(map(cell, row.values()))) for row in rows)


def _csv_row(cells: Sequence[str]) -> bytes:
    """Return one record as RFC 4180 has it."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()


def _json_lines(rows: Iterable[Row]) -> bytes:
    return b"".join(map(_json_line, rows))


def _json_line(row: Row) -> bytes:
    """All ASCII: a terminal, too, may show it."""
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"
