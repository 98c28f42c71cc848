"""Web queries (.iqy): a spreadsheet fetches what an address answers, formulas too."""

from collections.abc import Iterator

from scanners.model import Code
from scanners.shortcuts.launchers import Finding, is_web, judge_address

LIST_EXPORT = "/_vti_bin/owssvc.dll"
"""SharePoint exports its lists this way, thousands a day."""
MAX_LINES = 64


def judge_iqy(text: str) -> Iterator[Finding]:
    for line in text.splitlines()[:MAX_LINES]:
        if judge_address(line) or (is_web(line) and LIST_EXPORT not in line.lower()):
            said = "a spreadsheet fills itself from a server"
            yield Finding("query", said, Code.DOCUMENT_EXTERNAL)
            return
