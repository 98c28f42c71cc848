"""Field codes and DDE: a link that starts a program against one that asks a table."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.documents.fields import dde_finding, field_findings, formula_findings

FIELDS: dict[str, list[bool]] = {
    ' DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc.exe" ': [False],
    'dde cmd "/c calc"': [False],
    ' DDE "C:\\\\Programs\\\\Office\\\\MSWord\\\\..\\\\..\\\\powershell.exe" "-nop" ': [False],
    ' DDEAUTO Excel.Sheet.12 "C:\\\\Reports\\\\table.xlsx" Sheet1!R1C1 ': [True],
    ' DDEAUTO "C:\\\\Office\\\\EXCEL.EXE" "table.xls" ': [True],
    " DDE ": [True],
    ' HYPERLINK "http://a.example/a.exe" ': [],
    " PAGE  \\* MERGEFORMAT ": [],
    ' INCLUDEPICTURE "http://a.example/a.png" \\d ': [],
    ' INCLUDETEXT "http://a.example/a.docx" ': [False],
    ' INCLUDETEXT "C:\\\\chapters\\\\2.docx" ': [True],
    ' LINK Excel.Sheet.12 "C:\\\\a.xlsx" "Sheet1!R1" \\a ': [True],
    ' LINK htmlfile "http://a.example/a.html!" ': [False],
    "": [],
    "!": [],
}


@pytest.mark.parametrize("code, harmless", FIELDS.items())
def test_fields(code: str, harmless: list[bool]) -> None:
    assert [found.harmless for found in field_findings(code)] == harmless


FORMULAS: dict[str, list[bool]] = {
    "=cmd|'/c calc'!A0": [False],
    "@SUM(1+1)*cmd|'/c calc'!A0": [False],
    "=MSEXCEL|'\\..\\..\\Windows\\System32\\cmd.exe /c calc'!A0": [False],
    "=rundll32|'URL.dll,OpenURL calc.exe'!A": [False],
    "=Excel|'table.xls'!R1C1": [True],
    "='a|b'!A1": [],
    '=IF(A1="x|y",1,2)': [],
    "=cmd|calc": [],
}


@pytest.mark.parametrize("text, harmless", FORMULAS.items())
def test_formulas(text: str, harmless: list[bool]) -> None:
    assert [found.harmless for found in formula_findings(text)] == harmless


def test_what_is_said_is_short() -> None:
    assert len(dde_finding("cmd", "x" * 100_000).said) < 400


@pytest.mark.parametrize(
    "text", ["|'" * 100_000, "a" * 200_000, "a|'" + "b" * 300_000, "a|''!" * 50_000]
)
def test_hostile_formulas_cost_no_more_than_others(text: str) -> None:
    started = time.process_time()
    list(formula_findings(text))
    assert time.process_time() - started < 5


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    list(field_findings(text))
    list(field_findings("DDE " + text))
    list(formula_findings(text))
