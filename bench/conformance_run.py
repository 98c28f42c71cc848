"""One run of the conformance suite by pytest, and what it says of each item."""

import re
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TextIO

import pytest

from tests.conformance.items import ITEMS

REPOSITORY = Path(__file__).parents[1]
SUITE = REPOSITORY / "tests" / "conformance"
NUMBER = re.compile(r"test_item_(\d\d)_")
FOREIGN_TEST_SECONDS = 5
OWN_TEST_SECONDS = 60


class Outcome(Enum):
    HOLDS = "holds"
    PARTLY = "partly"
    """Holds as far as it can be seen from outside: some of its tests need a server of our own."""
    FAILS = "fails"
    NOT_SHOWN = "not shown"
    """None of its tests can be tried on this server."""

    @property
    def holds(self) -> bool:
        return self in (Outcome.HOLDS, Outcome.PARTLY)


@dataclass(slots=True)
class Tally:
    """A plugin of pytest that counts by item.  Several runs may be counted together."""

    passed: set[int] = field(default_factory=set)
    skipped: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    failures: dict[str, str] = field(default_factory=dict)
    """Test → the line that says why."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        match = NUMBER.search(report.nodeid)
        if match is None:
            return
        number = int(match[1])
        if report.failed:
            self.failed.add(number)
            name = report.nodeid.removeprefix("tests/conformance/")
            self.failures[name] = _reason(report.longreprtext)
        elif report.skipped:
            self.skipped.add(number)
        elif report.when == "call":
            self.passed.add(number)

    def outcomes(self) -> Mapping[int, Outcome]:
        """Return what every item comes to: all its tests pass, and at least one ran."""
        return {item.number: self._outcome(item.number) for item in ITEMS}

    def _outcome(self, number: int) -> Outcome:
        if number in self.failed:
            return Outcome.FAILS
        if number not in self.passed:
            return Outcome.NOT_SHOWN
        return Outcome.PARTLY if number in self.skipped else Outcome.HOLDS


def _reason(text: str) -> str:
    """Return the first lines that pytest marks as the error."""
    lines = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    return " ".join(lines[:2] or text.strip().splitlines()[-1:])[:200]


def run_suite(target: str = "", *, only: int | None = None, output: TextIO | None = None) -> Tally:
    """Run all items, or only one, against `target`, a URL; empty: servers of our own.

    What pytest prints goes to `output`, else to standard output.
    """
    tally = Tally()
    seconds = FOREIGN_TEST_SECONDS if target else OWN_TEST_SECONDS
    arguments = [
        *(str(SUITE), f"--rootdir={REPOSITORY}", f"--timeout={seconds}"),
        *("-q", "--no-header", "--no-summary", "-p", "no:randomly"),
        *([f"--icap-target={target}"] if target else []),
        *(["-k", f"test_item_{only:02}_"] if only else []),
    ]
    with redirect_stdout(output or sys.stdout):
        pytest.main(arguments, plugins=[tally])
    return tally
