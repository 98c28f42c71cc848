"""Charts: which keys have a place of their own, in an order that can be compared."""

from typing import Any

import pytest

from api.pages.charts import MOST_SERIES, chart_of
from api.pages.ranges import Range
from verdicts.ledger.stats.buckets import WIDTHS, Granularity
from verdicts.ledger.stats.statistics import Bucket
from verdicts.ledger.stats.sums import OTHER, Sum

HOUR = WIDTHS[Granularity.HOUR]
DAY = Range(0, 24 * HOUR, None)


def buckets(*counts: dict[str, int], **fields: int) -> list[Bucket]:
    return [
        Bucket(at * HOUR, {key: Sum(number, 0, **fields) for key, number in one.items()})
        for at, one in enumerate(counts)
    ]


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
    chart = chart_of(buckets(counts, {}), DAY, by, "transfers")
    assert [(one.key, one.color, one.total) for one in chart.series] == order


def test_few_series_and_the_rest_as_other() -> None:
    counts = {f"k{number}": 10 - number for number in range(9)} | {OTHER: 5}
    chart = chart_of(buckets(counts), DAY, "channel", "transfers")
    assert [one.key for one in chart.series] == [f"k{one}" for one in range(MOST_SERIES)] + [OTHER]
    assert chart.series[-1].total == 4 + 3 + 2 + 5
    assert sum(one.total for one in chart.series) == sum(counts.values())


def test_what_has_nothing_of_it_is_left_out() -> None:
    two = [
        Bucket(0, {"a": Sum(9, 0, 2, 0, 1), "b": Sum(50, 0)}),
        Bucket(HOUR, {"c": Sum(1, 0, 1), OTHER: Sum(7, 0)}),
    ]
    chart = chart_of(two, DAY, "channel", "blocked")
    assert [(one.key, one.values) for one in chart.series] == [("a", (2, 0)), ("c", (0, 1))]
    assert [one.key for one in chart_of(two, DAY, "channel", "unscanned").series] == ["a"]
    assert chart_of(two, DAY, "channel", "held").series == ()


def test_rows_of_the_table_count_within_the_range() -> None:
    found = buckets({"a": 3}, {"a": 2, "b": 3}, {"b": 1})
    week = Range(HOUR // 2, 200 * HOUR, None)
    assert chart_of(found, week, "name", "transfers").rows == [
        (0, HOUR // 2, HOUR, [3, 0]),
        (HOUR, HOUR, 2 * HOUR, [2, 3]),
        (2 * HOUR, 2 * HOUR, 3 * HOUR, [0, 1]),
    ]


def test_the_last_bar_ends_with_the_range() -> None:
    days = [Bucket(0, {"a": Sum(1, 0)}), Bucket(200 * HOUR, {"a": Sum(1, 0)})]
    assert chart_of(days, Range(0, 200 * HOUR + 7, None), "name", "transfers").buckets == (
        (0, 0, HOUR),
        (200 * HOUR, 200 * HOUR, 200 * HOUR + 7),
    )


def test_nothing() -> None:
    assert chart_of(buckets({}), DAY, "action", "transfers").series == ()
