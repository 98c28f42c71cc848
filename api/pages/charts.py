"""Charts of transfers over time: the numbers of each, which stand in a table on the page.

A script draws them from that table with uPlot; nothing else on the page holds them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from api.pages.ranges import Range
from verdicts.ledger.stats.buckets import after
from verdicts.ledger.stats.statistics import Bucket
from verdicts.ledger.stats.sums import OTHER

MOST_SERIES = 6
ORDERS = {
    "action": ("block", "hold", "cut", "allow"),
    "level": ("malicious", "suspicious", "unknown", "clean"),
}
"""From the axis upwards: what was stopped stands on it, and can be compared."""
Count = Literal["transfers", "blocked", "held", "unscanned"]
"""A field of Sum."""


@dataclass(frozen=True, slots=True)
class Series:
    key: str
    color: str
    """The end of a CSS class: c-block, c-1 …"""
    total: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    buckets: tuple[tuple[int, int, int], ...]
    """Where each begins, and what of it is counted, since <= t < until; microseconds, UTC."""
    series: tuple[Series, ...]

    @property
    def rows(self) -> list[tuple[int, int, int, list[int]]]:
        """Each bucket with the number of each series."""
        return [
            (*bucket, [one.values[at] for one in self.series])
            for at, bucket in enumerate(self.buckets)
        ]


def chart_of(buckets: Sequence[Bucket], chosen: Range, by: str) -> Chart:
    """Return the chart; where nothing orders the keys, those with most come first.

    Those beyond MOST_SERIES are OTHER.
    """
    totals: dict[str, int] = {}
    for bucket in buckets:
        for key, one in bucket.counts.items():
            totals[key] = totals.get(key, 0) + one
    groups = _in_order(totals, ORDERS[by]) if by in ORDERS else _ranked(totals)
    parts = tuple(
        (
            one.start,
            max(one.start, chosen.since),
            min(after(chosen.bucket, one.start), chosen.until),
        )
        for one in buckets
    )
    return Chart(parts, tuple(_one(buckets, *group) for group in groups))


Group = tuple[str, str, Sequence[str]]
"""Name, color, keys."""


def _in_order(totals: Mapping[str, int], order: Sequence[str]) -> list[Group]:
    return [(key, key, (key,)) for key in order if key in totals]


def _ranked(totals: Mapping[str, int]) -> list[Group]:
    named = [key for key in totals if key != OTHER]
    ranked = sorted(named, key=lambda key: (-totals[key], key))
    groups: list[Group] = [
        (key, str(place), (key,)) for place, key in enumerate(ranked[:MOST_SERIES], start=1)
    ]
    rest = [*ranked[MOST_SERIES:], *(key for key in totals if key == OTHER)]
    return [*groups, (OTHER, "other", rest)] if rest else groups


def _one(buckets: Sequence[Bucket], name: str, color: str, keys: Sequence[str]) -> Series:
    values = tuple(sum(bucket.counts.get(key, 0) for key in keys) for bucket in buckets)
    return Series(name, color, sum(values), values)
