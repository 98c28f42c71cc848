"""Buckets of time, and the exact cut of any range into whole buckets and two short edges."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import IntEnum

from verdicts.record import EPOCH, microseconds


class Granularity(IntEnum):
    MINUTE = 0
    HOUR = 1
    DAY = 2
    WEEK = 3
    """From Monday to Sunday: halves what is added up at the ends of a range of months."""
    MONTH = 4


WIDTHS = {
    Granularity.MINUTE: 60_000_000,
    Granularity.HOUR: 3_600_000_000,
    Granularity.DAY: 86_400_000_000,
    Granularity.WEEK: 7 * 86_400_000_000,
}
FIRST_MONDAY = 4 * WIDTHS[Granularity.DAY]
"""The fifth of January 1970."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of time, start <= t < end, of whole buckets."""

    granularity: Granularity
    start: int
    end: int
    place: int | None = None
    """Start of the bucket of a series in which it counts; None: in no single one."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Spans and edges that together are a range, each moment in exactly one of them."""

    spans: tuple[Span, ...]
    edges: tuple[tuple[int, int], ...]
    """Each is part of one minute: start <= t < end."""


def floor(granularity: Granularity, stamp: int) -> int:
    """Return the start of the bucket that holds the moment; months are of the UTC calendar."""
    if granularity == Granularity.WEEK:
        return stamp - (stamp - FIRST_MONDAY) % WIDTHS[granularity]
    if granularity != Granularity.MONTH:
        return stamp - stamp % WIDTHS[granularity]
    moment = EPOCH + timedelta(microseconds=stamp)
    return microseconds(moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def ceiling(granularity: Granularity, stamp: int) -> int:
    """Return the first start of a bucket that is not before the moment."""
    start = floor(granularity, stamp)
    return stamp if start == stamp else after(granularity, start)


def after(granularity: Granularity, start: int) -> int:
    """Return the end of the bucket that starts here, which is the start of the next one."""
    if granularity != Granularity.MONTH:
        return start + WIDTHS[granularity]
    moment = EPOCH + timedelta(microseconds=start)
    return start + monthrange(moment.year, moment.month)[1] * WIDTHS[Granularity.DAY]


def starts(granularity: Granularity, since: int, until: int) -> Iterator[int]:
    """Yield the start of each bucket that holds some of since <= t < until."""
    start = floor(granularity, since)
    if since >= until:
        return
    if granularity != Granularity.MONTH:
        yield from range(start, until, WIDTHS[granularity])
        return
    while start < until:
        yield start
        start = after(granularity, start)


def cover(since: int, until: int) -> Cover:
    """Cut since <= t < until into the fewest whole buckets and what is left at the edges.

    Both must lie between the years 1 and 9000.
    """
    spans: list[Span] = []
    edges: list[tuple[int, int]] = []

    def fill(level: int, start: int, end: int) -> None:
        if start >= end:
            return
        if level < 0:
            middle = min(ceiling(Granularity.MINUTE, start), end)
            edges.extend(part for part in ((start, middle), (middle, end)) if part[0] < part[1])
            return
        granularity = Granularity(level)
        first, last = ceiling(granularity, start), floor(granularity, end)
        if first >= last:
            fill(level - 1, start, end)
            return
        fill(level - 1, start, first)
        spans.append(Span(granularity, first, last))
        fill(level - 1, last, end)

    fill(Granularity.MONTH, since, until)
    return Cover(tuple(spans), tuple(edges))


def cover_series(width: Granularity, since: int, until: int) -> Cover:
    """Cut since <= t < until likewise, no span being both inside and outside of a whole bucket.

    Spans of buckets that are no whole ones have a place.
    """
    first, last = ceiling(width, since), floor(width, until)
    if first > last:
        first = last = until
    head, middle, tail = cover(since, first), cover(first, last), cover(last, until)
    cut = (replace(span, place=floor(width, span.start)) for span in (*head.spans, *tail.spans))
    return Cover((*middle.spans, *cut), head.edges + tail.edges)
