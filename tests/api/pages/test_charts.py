"""Charts: which keys have a place of their own, in an order that can be compared."""

from typing import Any

import pytest

from api.pages.charts import MOST_SERIES, chart_of
from api.pages.ranges import Range
from verdicts.ledger.stats.buckets import WIDTHS, Granularity
from verdicts.ledger.stats.statistics import Bucket
from verdicts.ledger.stats.sums import OTHER

HOUR = WIDTHS[Granularity.HOUR]
DAY = Range(0, 24 * HOUR, None)


def buckets(*counts: dict[str, int]) -> list[Bucket]:
    return [Bucket(at * HOUR, one) for at, one in enumerate(counts)]


@pytest.mark.parametrize(
    "by, counts, order",
    [
        ("action", {"allow": 6, "block": 2}, [("block", "block", 2), ("allow", "allow", 6)]),
        (
            "level",
            {"clean": 9, "unknown": 1, "malicious": 1},
            [("malicious", "malicious", 1), ("unknown", "unknown", 1), ("clean", "clean", 9)],
        ),
        ("channel", {"a": 1, "b": 2}, [("b", "1", 2), ("a", "2", 1)]),
        ("user", {"": 3, "a": 3}, [("", "1", 3), ("a", "2", 3)]),
    ],
)
def test_order(by: str, counts: dict[str, int], order: list[Any]) -> None:
    chart = chart_of(buckets(counts, {}), DAY, by)
    assert [(one.key, one.color, one.total) for one in chart.series] == order


def test_few_series_and_the_rest_as_other() -> None:
    counts = {f"k{number}": 10 - number for number in range(9)} | {OTHER: 5}
    chart = chart_of(buckets(counts), DAY, "channel")
    assert [one.key for one in chart.series] == [f"k{one}" for one in range(MOST_SERIES)] + [OTHER]
    assert chart.series[-1].total == 4 + 3 + 2 + 5
    assert sum(one.total for one in chart.series) == sum(counts.values())


def test_rows_of_the_table_count_within_the_range() -> None:
    found = buckets({"a": 3}, {"a": 2, "b": 3}, {"b": 1})
    week = Range(HOUR // 2, 200 * HOUR, None)
    assert chart_of(found, week, "name").rows == [
        (0, HOUR // 2, HOUR, [3, 0]),
        (HOUR, HOUR, 2 * HOUR, [2, 3]),
        (2 * HOUR, 2 * HOUR, 3 * HOUR, [0, 1]),
    ]


def test_the_last_bar_ends_with_the_range() -> None:
    days = [Bucket(0, {"a": 1}), Bucket(200 * HOUR, {"a": 1})]
    assert chart_of(days, Range(0, 200 * HOUR + 7, None), "name").buckets == (
        (0, 0, HOUR),
        (200 * HOUR, 200 * HOUR, 200 * HOUR + 7),
    )


def test_nothing() -> None:
    assert chart_of(buckets({}), DAY, "action").series == ()
