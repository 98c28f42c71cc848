"""Formulas in CSV that start a program: spreadsheets take text behind a sign for a formula."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from scanners.budget import Budget
from scanners.documents.fields import formula_findings
from scanners.documents.finding import Finding
from scanners.errors import ScannerError
from scanners.few_of_each import few_of_each
from scanners.model import Content, Report, Unscanned
from scanners.names import extension, readings

EXTENSIONS = frozenset("csv tsv tab prn dif".split())
MEDIA = frozenset("text/csv text/tab-separated-values".split())
CELL = 300
"""Bytes before the bar of a DDE formula in which its cell must begin with a sign."""
MOST = 100
"""Findings of one kind that are kept."""

_BAR = re.compile(rb"\|'[^'\r\n]{0,2000}'!")
_SIGNED = re.compile(rb"(?:^|[,;\t\"\r\n])[ ]{0,4}[=+@-][^,;\t\r\n]*\Z")


@dataclass(frozen=True, slots=True)
class TableScanner:
    """Asks only files that a spreadsheet would open: elsewhere the same text is just text."""

    name: str = "table"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or content.file_type.name != "text" or not _is_table(content):
            return Report()
        found: list[Finding] = []
        gaps: tuple[Unscanned, ...] = ()
        try:
            every = _formulas(bytes(content.view), budget)
            found.extend(few_of_each(every, attrgetter("kind"), MOST, budget))
        except ScannerError as error:
            gaps = (Unscanned(self.name, error.reason, content.path),)
        detections = tuple(finding.detection(self.name, content.path) for finding in found)
        return Report(detections=detections, unscanned=gaps)


def _is_table(content: Content) -> bool:
    names = (content.name, content.url_name, *content.other_names)
    named = any(extension(reading) in EXTENSIONS for name in names for reading in readings(name))
    return named or content.declared_type in MEDIA


def _formulas(data: bytes, budget: Budget) -> Iterator[Finding]:
    """Judge `=program|'arguments'!cell`, and nothing that only resembles it."""
    for match in _BAR.finditer(data):
        budget.seconds_left()
        before = data[max(0, match.start() - CELL) : match.start()]
        if _SIGNED.search(before):
            yield from formula_findings((before + match[0]).decode("latin-1"))
