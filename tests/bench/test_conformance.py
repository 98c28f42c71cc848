"""The suite has a test for each item, its page is current, and outcomes are counted fairly."""

import pytest

from bench import conformance
from bench.conformance_page import MATRIX_BEGINS, is_current, names_by_item, render, with_matrix
from bench.conformance_run import REPOSITORY, Outcome, Tally
from tests.conformance.items import ITEMS

PAGE = REPOSITORY / "docs" / "conformance.md"


def test_items_are_numbered_and_tested() -> None:
    assert [item.number for item in ITEMS] == list(range(1, 66))
    assert [number for number, tests in names_by_item().items() if not tests] == []


def test_page_is_current() -> None:
    assert conformance.main(["--check", str(PAGE)]) == 0


def test_page_that_lacks_something_is_not() -> None:
    page = PAGE.read_text("utf-8")
    assert not is_current(page.replace("| 24 |", "| 25 |", 1))
    assert not is_current(page.partition(MATRIX_BEGINS)[0] + MATRIX_BEGINS + "\n")


def test_matrix_survives_a_new_list() -> None:
    page = with_matrix(render(), ["measured", "| 1 | holds |"])
    assert render(page) == page
    assert "| 1 | holds |" in page


def report(number: int, outcome: str, *, when: str = "call") -> pytest.TestReport:
    nodeid = f"tests/conformance/test_chunks.py::test_item_{number:02}_of_a_test"
    return pytest.TestReport(
        nodeid, ("", 0, ""), {}, outcome, "E   assert 1 == 2" if outcome == "failed" else None,  # type: ignore[arg-type]
        when,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    "reports, expected",
    [
        ([], Outcome.NOT_SHOWN),
        ([("skipped", "setup")], Outcome.NOT_SHOWN),
        ([("passed", "setup")], Outcome.NOT_SHOWN),
        ([("passed", "call")], Outcome.HOLDS),
        ([("passed", "call"), ("skipped", "call")], Outcome.PARTLY),
        ([("passed", "call"), ("failed", "call")], Outcome.FAILS),
        ([("failed", "setup")], Outcome.FAILS),
        ([("passed", "call"), ("failed", "teardown")], Outcome.FAILS),
        ([("skipped", "call"), ("failed", "call")], Outcome.FAILS),
    ],
)
def test_outcome(reports: list[tuple[str, str]], expected: Outcome) -> None:
    tally = Tally()
    for outcome, when in reports:
        tally.pytest_runtest_logreport(report(24, outcome, when=when))
    assert tally.outcomes()[24] is expected
    assert tally.outcomes()[25] is Outcome.NOT_SHOWN


@pytest.mark.parametrize("failing, status", [(0, 0), (1, 1), (65, 1)])
def test_last_line(capsys: pytest.CaptureFixture[str], failing: int, status: int) -> None:
    tally = Tally()
    for item in ITEMS:
        tally.pytest_runtest_logreport(
            report(item.number, "failed" if item.number <= failing else "passed")
        )
    assert conformance.tell(tally.outcomes(), tally) == status
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == f"{65 - failing} of 65 hold"
    assert failing == 0 or "       assert 1 == 2" in printed
