"""Spreadsheets as text (.slk, SYLK): the oldest macros of Excel, and DDE."""

import re
from collections.abc import Iterator

from scanners.documents.fields import formula_findings
from scanners.model import Code
from scanners.shortcuts.launchers import Finding

_LINE = re.compile(r"[^\r\n]+")
_EXPRESSION = re.compile(r";E((?:[^;]|;;)*)")
_CALL = re.compile(
    r"\b(?:EXEC|CALL|REGISTER|FOPEN|FWRITE|RUN|EXECUTE|INITIATE)\s{0,8}\(", re.IGNORECASE
)


def judge_slk(text: str) -> Iterator[Finding]:
    """Yield the first formula that calls out of the sheet; sums and macros of sums are ordinary."""
    for match in _LINE.finditer(text):
        line = match[0]
        if not line.startswith(("C;", "NN;", "C ", "F;")):
            continue
        for expression in _EXPRESSION.finditer(line):
            clear = expression[1].replace(";;", ";")
            if _CALL.search(clear):
                yield Finding("xlm", "a formula starts a program", Code.DOCUMENT_MACRO)
                return
            for found in formula_findings(clear):
                if not found.harmless:
                    yield Finding(found.word, found.said, found.code)
                    return
