"""What charts show: counts per bucket of time, and the most frequent keys; exact in any range."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    cast,
    func,
    literal_column,
    select,
)

from verdicts.ledger.schema import MANY_KEYS, ROLLUPS
from verdicts.ledger.stats.buckets import Granularity, after, ceiling, floor
from verdicts.ledger.stats.counts import (
    WORDS,
    count_by,
    count_keys,
    frequent_keys,
    most_frequent,
    widened,
)
from verdicts.ledger.stats.sums import OTHER, key_columns

DIMENSIONS = (
    "action", "level", "channel", "direction", "code", "name", "type", "client_ip", "user"
)  # fmt: skip
"""What can be counted by.  "" is the key of transfers of which nothing is known there."""
SERIES = 20
"""Keys of a time series; further ones are counted together as OTHER."""
MOST_BUCKETS = 1500
FEW = 4
"""As long as looking one row up takes, so many are read in a row."""
KEY_BY_KEY = (Granularity.HOUR, Granularity.DAY)
"""Widths for which PostgreSQL has an index of each key's buckets."""


class TooManyBuckets(ValueError):
    """The range has more than MOST_BUCKETS buckets of this width."""


@dataclass(frozen=True, slots=True)
class Bucket:
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
    rows = most_frequent(connection, by, *widened(connection, since, until), limit, of=of)
    return tuple(TopRow(key, *one) for key, one in rows)


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
    starts = _starts(bucket, since, until)
    since, until = widened(connection, since, until)
    kept = frequent_keys(connection, by, since, until, SERIES, of=of)
    first, last = ceiling(bucket, since), floor(bucket, until)
    whole = [start for start in starts if first <= start < last]
    totals, transfers = _totals(connection, bucket, by, whole, of)
    many = by in MANY_KEYS and transfers > FEW * len(kept) * len(whole)
    counts = _whole(connection, bucket, by, whole, kept, of, many=many)
    # Within one bucket, or what is cut off at both ends
    for start, end in ((since, until),) if first > last else ((since, first), (last, until)):
        if start < end:
            cut = floor(bucket, start)
            counts[cut] = count_keys(connection, by, start, end, kept, of=of)
            totals[cut] = _total(connection, by, start, end, of)
    for start, total in totals.items():
        if rest := total - sum(counts[start].values()):
            counts[start][OTHER] = rest
    return tuple(Bucket(start, counts.get(start, {})) for start in starts)


def _starts(bucket: Granularity, since: int, until: int) -> list[int]:
    starts: list[int] = []
    start = floor(bucket, since)
    while max(start, since) < until:
        if len(starts) == MOST_BUCKETS:
            raise TooManyBuckets(f"the range has more than {MOST_BUCKETS} such buckets")
        starts.append(start)
        start = after(bucket, start)
    return starts


def _whole(  # noqa: PLR0917 - one question
    connection: Connection,
    bucket: Granularity,
    by: str,
    starts: Sequence[int],
    kept: Collection[str],
    of: str,
    *,
    many: bool,
) -> dict[int, dict[str, int]]:
    """Return the counts of the kept keys in each of some buckets that follow one another.

    `many`: they may have far more keys.
    """
    counts: dict[int, dict[str, int]] = {start: {} for start in starts}
    if not starts:
        return counts
    table = ROLLUPS[by]
    (key,) = key_columns(table)
    within: list[ColumnElement[bool]]
    within = [table.c.bucket >= starts[0], table.c.bucket <= starts[-1]]
    if many and not (bucket in KEY_BY_KEY and connection.dialect.name == "postgresql"):
        # Each row is looked up by its whole key: all keys of all buckets take ten times as long
        within = [table.c.bucket.in_(starts)]
    query = select(key, _listed(connection, table.c.bucket), _listed(connection, table.c[of]))
    query = query.where(
        # Said as it is: an index of some widths is not used for one that is not known yet
        table.c.granularity == literal_column(str(int(bucket))),
        *within,
        key.in_(kept),
        table.c[of] > 0,
    )
    for word, moments, numbers in connection.execute(query.group_by(key)):
        for start, number in zip(json.loads(moments), json.loads(numbers), strict=True):
            counts[start][word] = number
    return counts


def _listed(connection: Connection, column: ColumnElement[int]) -> ColumnElement[str]:
    """Return all values of a group as JSON: 30,000 rows take three times as long to fetch."""
    if connection.dialect.name == "postgresql":
        return cast(func.json_agg(column), Text)
    return func.json_group_array(column, type_=Text)


def _totals(
    connection: Connection, bucket: Granularity, by: str, starts: Sequence[int], of: str
) -> tuple[dict[int, int], int]:
    """Return what all keys of these buckets add up to, and at most how many rows they have."""
    if not starts:
        return {}, 0
    table = ROLLUPS[_least(by)]
    query = select(table.c.bucket, func.sum(table.c[of]), func.sum(table.c.transfers)).where(
        table.c.granularity == int(bucket),
        table.c.bucket >= starts[0],
        table.c.bucket <= starts[-1],
    )
    rows = connection.execute(query.group_by(table.c.bucket)).all()
    return {row[0]: int(row[1]) for row in rows}, sum(int(row[2]) for row in rows)


def _total(connection: Connection, by: str, since: int, until: int, of: str) -> int:
    counts = count_by(connection, _least(by), since, until)
    return sum(getattr(one, of) for one in counts.values())


def _least(by: str) -> str:
    """Return the smallest dimension whose counts add up to the same."""
    return "action" if by in WORDS else by
