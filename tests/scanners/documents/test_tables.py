"""Tables as text: formulas that start programs, where a spreadsheet would read them."""

from collections.abc import Callable

import pytest

from scanners.model import Examination

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


def test_many_are_one(run: Examine) -> None:
    found = run((EVIL + "\n").encode() * 5000, name="list.csv")
    assert len(found.detections) == 1
