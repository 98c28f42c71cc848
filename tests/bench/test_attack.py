"""Figures under attack: what is read off them, and a real attack on a small scale."""

import tempfile
from collections import Counter
from pathlib import Path

import pytest

from bench import attack
from bench.attack import MEMORY_LIMIT, Force, Row, table
from bench.probe import Waits, quantile


def row(options: float = 0.01, scan: float = 0.01, growth: int = 0, *failures: str) -> Row:
    waits = Waits([options] * 100, [scan] * 100, list(failures))
    return Row("an attack", waits, growth, Counter())


@pytest.mark.parametrize(
    "measured, met",
    [
        (row(), True),
        (row(options=0.05, scan=0.25, growth=MEMORY_LIMIT), True),
        (row(options=0.051), False),
        (row(scan=0.251), False),
        (row(growth=MEMORY_LIMIT + 1), False),
        (row(0.01, 0.01, 0, "scan: status 503"), False),
        (Row("nothing answered", Waits(), 0, Counter()), False),
    ],
)
def test_what_meets_the_targets(measured: Row, met: bool) -> None:
    assert measured.met is met
    assert ("SHORT" not in table([measured])) is met


def test_the_table_counts_failures() -> None:
    assert "2 × scan: status 503" in table([row(0.01, 0.01, 0, *["scan: status 503"] * 2)])


def test_quantile() -> None:
    waits = [float(number) for number in range(100)]
    assert [quantile(waits, share) for share in (0.5, 0.99, 1.0)] == [50, 99, 99]
    assert quantile([], 0.5) == float("inf")


@pytest.mark.server
def test_a_small_attack(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("loris", "slow_body", "idle", "options", "half_open")
    monkeypatch.setattr(attack, "FORCES", tuple(Force(kind, 5, kind) for kind in kinds))
    with tempfile.TemporaryDirectory() as folder:
        campaigns = attack.run(Path(folder), 0.5, "")
    assert [measured.name for measured in campaigns] == [
        "nobody attacks",
        *(f"5 {kind}" for kind in kinds),
        "all of these at once",
    ]
    for measured in campaigns:
        assert not measured.waits.failures
        assert len(measured.waits.scans) == len(measured.waits.options) == 25
    assert all(measured.attackers["opened"] >= 5 for measured in campaigns[1:])
    assert campaigns[4].attackers["answered"] > 0
