"""Formulas in CSV that start a program: spreadsheets take text behind a sign for a formula."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.documents.fields import formula_findings
from scanners.documents.finding import Finding
from scanners.model import Content, Report
from scanners.names import extension, readings

EXTENSIONS = frozenset("csv tsv tab prn dif".split())
MEDIA = frozenset("text/csv text/tab-separated-values".split())
CELL = 300
"""Bytes before the bar of a DDE formula in which its cell must begin with a sign."""
MOST = 100

_BAR = re.compile(rb"\|'[^'\r\n]{0,2000}'!")
_SIGNED = re.compile(rb"(?:^|[,;\t\"\r\n])[ ]{0,4}[=+@-][^,;\t\r\n]*\Z")


@dataclass(frozen=True, slots=True)
class TableScanner:
    """Asks only files that a spreadsheet would open: elsewhere the same text is just text."""

    name: str = "table"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or content.file_type.name != "text" or not _is_table(content):
            return Report()
        found = dict.fromkeys(_formulas(bytes(content.view), budget))
        return Report(tuple(finding.detection(self.name, content.path) for finding in found))


def _is_table(content: Content) -> bool:
    names = (content.name, content.url_name, *content.other_names)
    named = any(extension(reading) in EXTENSIONS for name in names for reading in readings(name))
    return named or content.declared_type in MEDIA


def _formulas(data: bytes, budget: Budget) -> Iterator[Finding]:
    """Judge `=program|'arguments'!cell`, and nothing that only resembles it."""
    for count, match in enumerate(_BAR.finditer(data)):
        if count == MOST:
            return
        budget.seconds_left()
        before = data[max(0, match.start() - CELL) : match.start()]
        if _SIGNED.search(before):
            yield from formula_findings((before + match[0]).decode("latin-1"))
