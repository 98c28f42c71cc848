"""Tables as text: formulas that start programs, where a spreadsheet would read them."""

import time
from collections.abc import Callable

import pytest

from scanners.budget import Budget
from scanners.documents.tables import TableScanner
from scanners.model import Content, Examination, Family, FileType, Reason

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
EVIL = "=cmd|'/c calc'!A0"
CASES = {
    "alone": (EVIL, "document.external"),
    "in a cell": (f"name,total\r\nA,{EVIL}\r\n", "document.external"),
    "in quotes": (f'name;total\r\n"A";"{EVIL}"\r\n', "document.external"),
    "behind another sign": ("a\t@SUM(1)*cmd|'/c calc'!A0", "document.external"),
    "to a spreadsheet": ("a,=Excel|'table.xls'!R1C1\n", "document.external?"),
    "without a sign": ("a,write cmd|'/c calc'!A0\n", None),
    "sums": ("a,=SUM(A1:A9)\n-1,+2,@me\n", None),
    "bars": ("a|b|'c'|d\n", None),
}


@pytest.mark.parametrize("text, code", CASES.values(), ids=CASES)
@pytest.mark.parametrize("name", ["list.csv", "list.TSV"])
def test_tables(text: str, code: str | None, name: str, run: Examine, findings: Findings) -> None:
    assert findings(run(text.encode(), name=name)) == ({code} if code else set())


def test_a_declared_type_makes_a_table(run: Examine, findings: Findings) -> None:
    found = run(EVIL.encode(), name="get.php", declared_type="text/csv")
    assert "document.external" in findings(found)


@pytest.mark.parametrize("name", ["about-csv-injection.md", "notes.txt", ""])
def test_elsewhere_it_is_a_text(name: str, run: Examine, findings: Findings) -> None:
    assert findings(run(f"Type {EVIL}\n{EVIL}\n".encode(), name=name)) == set()


@pytest.mark.parametrize("harmless", ["write cmd|'/c calc'!A0", "=Excel|'table{}.xls'!R1C1"])
def test_many_harmless_ones_hide_no_other(harmless: str, run: Examine, findings: Findings) -> None:
    rows = [harmless.format(number) for number in range(300)]
    assert "document.external" in findings(run("\n".join([*rows, EVIL]).encode(), name="a.csv"))


def test_too_little_time_is_a_gap_beside_what_was_found() -> None:
    class Late(Budget):
        def seconds_left(self) -> float:
            self.deadline -= 1
            return super().seconds_left()

    text = FileType("text", "text/plain", Family.TEXT)
    table = "\n".join(f"{EVIL[:8]}/c calc{number}'!A0" for number in range(90)).encode()
    content = Content(memoryview(table), name="a.csv", file_type=text)
    report = TableScanner().scan(content, Late(time.monotonic() + 20, 1 << 20, 9, 8))
    assert 0 < len(report.detections) < 90
    assert [gap.reason for gap in report.unscanned] == [Reason.TIMED_OUT]


def test_many_are_one(run: Examine) -> None:
    found = run((EVIL + "\n").encode() * 5000, name="list.csv")
    assert len(found.detections) == 1
