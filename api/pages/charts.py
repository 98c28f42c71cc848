"""Charts of transfers over time: stacked bars as plain numbers, which a template draws as SVG.

The same numbers stand in a table below each chart, for those who do not see it and for the script
that tells what is under the pointer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from verdicts.ledger.stats.buckets import Granularity, after
from verdicts.ledger.stats.statistics import Bucket, TopRow
from verdicts.ledger.stats.sums import OTHER

HEIGHT = 100.0
GAP = 0.18
"""Of a bar's width, between it and the next one."""
MOST_SERIES = 6
ACTIONS = ("block", "hold", "cut", "allow")
"""From the axis upwards: what was stopped stands on it, and can be compared."""
FORMS = {
    Granularity.MINUTE: "%H:%M",
    Granularity.HOUR: "%d %b %H:%M",
    Granularity.DAY: "%d %b",
    Granularity.MONTH: "%b %Y",
}
TICKS = 4


@dataclass(frozen=True, slots=True)
class Series:
    key: str
    color: str
    """The end of a CSS class: c-block, c-1 …"""
    total: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    starts: tuple[int, ...]
    """Of the buckets, microseconds since 1970 UTC."""
    ends: tuple[int, ...]
    form: str
    """For strftime."""
    series: tuple[Series, ...]
    paths: tuple[tuple[str, str], ...]
    """Color and SVG path of each series; a bucket is 1 wide, and the chart HEIGHT high."""
    peak: int
    """Top of the scale."""

    @property
    def ticks(self) -> list[int]:
        """Starts of some buckets, evenly apart."""
        last = len(self.starts) - 1
        if last < TICKS:
            return list(self.starts)
        return [self.starts[round(last * one / (TICKS - 1))] for one in range(TICKS)]

    @property
    def rows(self) -> list[tuple[int, int, list[int]]]:
        """Start, end, and the number of each series."""
        return [
            (start, end, [one.values[at] for one in self.series])
            for at, (start, end) in enumerate(zip(self.starts, self.ends))
        ]


def draw(
    buckets: Sequence[Bucket], width: Granularity, order: Sequence[str] | None = None
) -> Chart:
    """Return the chart; without `order` the most frequent keys come first, the rest as OTHER."""
    totals: dict[str, int] = {}
    for bucket in buckets:
        for key, one in bucket.counts.items():
            totals[key] = totals.get(key, 0) + one.transfers
    series = _in_order(buckets, totals, order) if order else _ranked(buckets, totals)
    highest = max((sum(column) for column in zip(*(one.values for one in series))), default=0)
    peak = nice(highest)
    return Chart(
        tuple(bucket.start for bucket in buckets),
        tuple(after(width, bucket.start) for bucket in buckets),
        FORMS[width],
        series,
        tuple(_paths(series, len(buckets), peak)),
        peak,
    )


def nice(number: int) -> int:
    """Return the least of 2, 4, 6, 8, 10, 20, 40 … that is not below: halves of it are whole."""
    step = 1
    while True:
        for factor in (2, 4, 6, 8, 10):
            if number <= factor * step:
                return factor * step
        step *= 10


def largest(rows: Sequence[TopRow]) -> int:
    return max((row.transfers for row in rows), default=1) or 1


def _in_order(
    buckets: Sequence[Bucket], totals: Mapping[str, int], order: Sequence[str]
) -> tuple[Series, ...]:
    return tuple(_one(buckets, (key,), key, key) for key in order if key in totals)


def _ranked(buckets: Sequence[Bucket], totals: Mapping[str, int]) -> tuple[Series, ...]:
    named = [key for key in totals if key != OTHER]
    ranked = sorted(named, key=lambda key: (-totals[key], key))
    shown = [
        _one(buckets, (key,), key, str(place))
        for place, key in enumerate(ranked[:MOST_SERIES], start=1)
    ]
    rest = [*ranked[MOST_SERIES:], *(key for key in totals if key == OTHER)]
    return (*shown, _one(buckets, rest, OTHER, "other")) if rest else tuple(shown)


def _one(buckets: Sequence[Bucket], keys: Sequence[str], name: str, color: str) -> Series:
    values = tuple(
        sum(bucket.counts[key].transfers for key in keys if key in bucket.counts)
        for bucket in buckets
    )
    return Series(name, color, sum(values), values)


def _paths(series: Sequence[Series], count: int, peak: int) -> Iterator[tuple[str, str]]:
    """Yield the bars of each series, which stand on those of the series before."""
    feet = [HEIGHT] * count
    for one in series:
        pieces = []
        for at, value in enumerate(one.values):
            if value:
                height = value / peak * HEIGHT
                feet[at] -= height
                pieces.append(
                    f"M{at + GAP / 2:g} {feet[at]:.4g}h{1 - GAP:g}v{height:.4g}h-{1 - GAP:g}z"
                )
        yield one.color, "".join(pieces)
