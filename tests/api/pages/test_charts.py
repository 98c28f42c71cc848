"""Charts: bars as high as their numbers, in an order that can be compared."""

import re

import pytest

from api.pages.charts import HEIGHT, draw, nice
from verdicts.ledger.stats.buckets import WIDTHS, Granularity
from verdicts.ledger.stats.statistics import Bucket
from verdicts.ledger.stats.sums import OTHER, Sum

HOUR = WIDTHS[Granularity.HOUR]


def buckets(*counts: dict[str, int]) -> list[Bucket]:
    return [
        Bucket(at * HOUR, {key: Sum(number, 0) for key, number in one.items()})
        for at, one in enumerate(counts)
    ]


@pytest.mark.parametrize(
    "number, top", [(0, 2), (1, 2), (3, 4), (7, 8), (9, 10), (11, 20), (97, 100), (101, 200)]
)
def test_the_scale_has_a_whole_half(number: int, top: int) -> None:
    assert nice(number) == top


def test_what_was_stopped_stands_on_the_axis() -> None:
    chart = draw(
        buckets({"allow": 6, "block": 2}, {}), Granularity.HOUR, ("block", "hold", "allow")
    )
    assert [(one.key, one.total) for one in chart.series] == [("block", 2), ("allow", 6)]
    assert chart.peak == 8
    feet = {color: re.findall(r"M\S+ (\S+?)h\S+?v(\S+?)h", path) for color, path in chart.paths}
    assert feet == {"block": [("75", "25")], "allow": [("0", "75")]}


def test_few_series_and_the_rest_as_other() -> None:
    counts = {f"k{number}": 10 - number for number in range(9)} | {OTHER: 5}
    chart = draw(buckets(counts), Granularity.HOUR)
    assert [one.key for one in chart.series] == ["k0", "k1", "k2", "k3", "k4", "k5", OTHER]
    assert chart.series[-1].total == 4 + 3 + 2 + 5
    assert sum(one.total for one in chart.series) == sum(counts.values())


def test_the_highest_bar_fits() -> None:
    chart = draw(buckets({"a": 60, "b": 40}), Granularity.HOUR)
    assert chart.peak == HEIGHT
    assert "M0.09 0h" in chart.paths[1][1]


def test_rows_of_the_table() -> None:
    chart = draw(buckets({"a": 1}, {"a": 2, "b": 3}), Granularity.HOUR)
    assert chart.rows == [(0, HOUR, [1, 0]), (HOUR, 2 * HOUR, [2, 3])]


@pytest.mark.parametrize("count, ticks", [(1, [0]), (3, [0, 1, 2]), (31, [0, 10, 20, 30])])
def test_ticks(count: int, ticks: list[int]) -> None:
    chart = draw(buckets(*({} for _ in range(count))), Granularity.HOUR)
    assert chart.ticks == [one * HOUR for one in ticks]


def test_nothing() -> None:
    assert draw(buckets({}), Granularity.HOUR).series == ()
