"""Every scanner of the shipped bench is what the bench says a scanner is."""

from collections.abc import Callable

from scanners.base import Bench, Scanner
from scanners.budget import Budget
from scanners.model import Content, Report

MakeBudget = Callable[..., Budget]


def test_shipped_scanners_keep_the_contract(bench: Bench, new_budget: MakeBudget) -> None:
    scanners: tuple[Scanner, ...] = bench.scanners
    assert len({scanner.name for scanner in scanners}) == len(scanners) > 0
    for scanner in scanners:
        assert scanner.scan(Content(memoryview(b"")), new_budget()) == Report()
