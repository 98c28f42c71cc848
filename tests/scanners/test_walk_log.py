"""What the walk logs of a scanner that fails: where it failed, without the content."""

from dataclasses import dataclass

import pytest

from scanners import walk
from scanners.base import Bench
from scanners.budget import Budget
from scanners.model import Content, Family, FileType, Report
from tests.scanners.conftest import MakeBudget

TYPE = FileType("typed", "text/x-typed", Family.TEXT)


@dataclass(frozen=True, slots=True)
class Failing:
    error: Exception
    name: str = "failing"

    def scan(self, content: Content, budget: Budget) -> Report:
        raise self.error


def _examine(new_budget: MakeBudget, error: Exception) -> None:
    walk.examine(
        Content(memoryview(b"file")), Bench(lambda _: TYPE, (Failing(error),)), new_budget()
    )


def test_the_log_needs_no_source_file(
    new_budget: MakeBudget, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A sandboxed worker cannot open one; `traceback` would try."""

    def refuse(*arguments: object) -> None:
        raise AssertionError("opened a file")

    monkeypatch.setattr("linecache.updatecache", refuse)
    _examine(new_budget, ValueError("bug"))
    assert "ValueError: bug" in caplog.text
    assert walk.log.name in caplog.text


@pytest.mark.parametrize(
    "error",
    [UnicodeDecodeError("utf-8", b"hostile" * 10_000, 0, 1, "odd"), ValueError("hostile" * 10_000)],
    ids=["buffer", "text"],
)
def test_the_log_does_not_hold_the_file(
    new_budget: MakeBudget, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """The repr of a UnicodeDecodeError is all that could not be decoded."""
    _examine(new_budget, error)
    assert type(error).__name__ in caplog.text
    assert len(caplog.text) < 1500
