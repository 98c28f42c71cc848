"""What charts show: counts per bucket of time, and the most frequent keys; exact in any range."""

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection

from verdicts.ledger.stats.buckets import Granularity, ceiling, floor, starts
from verdicts.ledger.stats.counts import widened
from verdicts.ledger.stats.ranking import frequent_at, most_frequent, parts_of
from verdicts.ledger.stats.series import Series
from verdicts.ledger.stats.sums import OTHER

DIMENSIONS = (
    "action", "level", "channel", "direction", "code", "name", "type", "client_ip", "user"
)  # fmt: skip
"""What can be counted by.  "" is the key of transfers of which nothing is known there."""
SERIES = 20
"""Keys of a time series; further ones are counted together as OTHER."""
MOST_BUCKETS = 1500


class TooManyBuckets(ValueError):
    """The range has more than MOST_BUCKETS buckets of this width."""


class Bucket(NamedTuple):
    start: int
    """Microseconds since 1970 UTC; the first one may begin before the range."""
    counts: dict[str, int]
    """Keys that did not occur are absent."""


@dataclass(frozen=True, slots=True)
class TopRow:
    key: str
    transfers: int
    bytes: int
    blocked: int
    held: int
    unscanned: int


def top(
    connection: Connection, by: str, since: int, until: int, limit: int, *, of: str = "transfers"
) -> tuple[TopRow, ...]:
    """Return the keys with most of a field of Sum, since <= time < until, most first.

    OTHER is no such key, nor are those that have nothing of it.
    """
    parts = parts_of(connection, by, *widened(connection, since, until))
    return tuple(TopRow(key, *one) for key, one in most_frequent(connection, parts, limit, of=of))


def timeseries(
    connection: Connection,
    since: int,
    until: int,
    bucket: Granularity,
    by: str,
    *,
    of: str = "transfers",
) -> tuple[Bucket, ...]:
    """Count a field of Sum, since <= time < until, by bucket and key; empty buckets are included.

    The SERIES keys of the range that have most of it have places of their own.  Raise
    TooManyBuckets.
    """
    all_starts = _starts(bucket, since, until)
    if not all_starts:
        return ()
    since, until = widened(connection, since, until)
    parts = parts_of(connection, by, since, until, bucket)
    counts: dict[int, dict[str, int]] = {start: {} for start in all_starts}
    ends = floor(bucket, since), floor(bucket, until)
    keys = frequent_at(connection, parts, SERIES, of=of, places=ends)
    for key, one in keys.items():
        for start, number in zip(ends, (one.head, one.tail)):
            if number:
                counts[start][key] = number
    first, last = ceiling(bucket, since), floor(bucket, until)
    whole = [start for start in all_starts if first <= start < last]
    series = Series(connection, by, of, bucket)
    found = series.totals(whole, parts.spans)
    if whole and keys:
        for start, key, number in series.counts(whole, list(keys), found):
            counts[start][key] = number
    totals = Counter({start: total.number for start, total in found.items()})
    for start, edge in parts.edges:
        totals[start] += sum(getattr(one, of) for one in edge.values())
    for start, total in totals.items():
        if rest := total - sum(counts[start].values()):
            counts[start][OTHER] = rest
    return tuple(Bucket(start, one) for start, one in counts.items())


def _starts(bucket: Granularity, since: int, until: int) -> list[int]:
    found = list(islice(starts(bucket, since, until), MOST_BUCKETS + 1))
    if len(found) > MOST_BUCKETS:
        raise TooManyBuckets(f"the range has more than {MOST_BUCKETS} such buckets")
    return found
