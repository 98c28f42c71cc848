"""Statistics: counts per dimension and time bucket, kept in the transaction of the verdicts.

Nothing here is estimated: `cover` cuts any range into whole buckets and two short edges, which
are counted from the verdicts themselves.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import NamedTuple

from sqlalchemy import Column, Connection, Table, Text, func, select
from sqlalchemy.dialects import postgresql, sqlite

from verdicts.ledger.schema import ROLLUPS
from verdicts.model import VerdictRecord
from verdicts.record import EPOCH, microseconds

KEYS_A_BUCKET = 1000
"""Further keys of a bucket are counted as "other" (design §6)."""
BUCKETS_REMEMBERED = 64
OPEN_KEYS = ("channel", "detection")
"""Dimensions whose keys are not a fixed list."""


class Granularity(IntEnum):
    MINUTE = 0
    HOUR = 1
    DAY = 2
    MONTH = 3


WIDTHS = {
    Granularity.MINUTE: 60_000_000,
    Granularity.HOUR: 3_600_000_000,
    Granularity.DAY: 86_400_000_000,
}


class Sum(NamedTuple):
    transfers: int
    bytes: int


Key = tuple[str, ...]
Cell = tuple[int, int, Key]
"""Granularity, start of the bucket, key."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of time, start <= t < end, of whole buckets."""

    granularity: Granularity
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cover:
    """Spans and edges that together are a range, each moment in exactly one of them."""

    spans: tuple[Span, ...]
    edges: tuple[tuple[int, int], ...]


def floor(granularity: Granularity, stamp: int) -> int:
    """Return the start of the bucket that holds the moment; months are of the UTC calendar."""
    if granularity != Granularity.MONTH:
        return stamp - stamp % WIDTHS[granularity]
    moment = EPOCH + timedelta(microseconds=stamp)
    return microseconds(moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def ceiling(granularity: Granularity, stamp: int) -> int:
    """Return the first start of a bucket that is not before the moment."""
    start = floor(granularity, stamp)
    if start == stamp:
        return stamp
    # 32 days after the start of any month lies in the next one
    width = WIDTHS.get(granularity, 32 * WIDTHS[Granularity.DAY])
    return floor(granularity, start + width)


def cover(since: int, until: int) -> Cover:
    """Cut since <= t < until into the fewest whole buckets and what is left at the edges.

    Both must lie between the years 1970 and 9000.
    """
    spans: list[Span] = []
    edges: list[tuple[int, int]] = []

    def fill(level: int, start: int, end: int) -> None:
        if start >= end:
            return
        if level < 0:
            edges.append((start, end))
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


def keys_of(record: VerdictRecord) -> dict[str, set[Key]]:
    """Return the keys under which a transfer counts, by dimension."""
    ruling = record.ruling
    return {
        "action": {(ruling.action.value,)},
        "level": {(ruling.verdict.level.name.lower(),)},
        "channel": {(record.transfer.channel,)},
        "direction": {(record.transfer.direction.value,)},
        "detection": {(found.code.value, found.name) for found in ruling.verdict.detections},
        "unscanned": {(part.reason.value,) for part in ruling.verdict.unscanned},
    }


class Rollups:
    """Adds batches of records to the roll-up tables; remembers the keys of recent buckets."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], set[Key]] = {}

    def add(self, connection: Connection, records: Sequence[VerdictRecord]) -> None:
        transfers: dict[str, Counter[Cell]] = defaultdict(Counter)
        sizes: dict[str, Counter[Cell]] = defaultdict(Counter)
        for (dimension, minute, key), one in _by_minute(records).items():
            for granularity in Granularity:
                start = floor(granularity, minute)
                kept = self._fold(connection, dimension, granularity, start, key)
                transfers[dimension][granularity, start, kept] += one.transfers
                sizes[dimension][granularity, start, kept] += one.bytes
        for dimension, cells in transfers.items():
            _upsert(connection, ROLLUPS[dimension], cells, sizes[dimension])

    def _fold(
        self, connection: Connection, dimension: str, granularity: int, start: int, key: Key
    ) -> Key:
        if dimension not in OPEN_KEYS:
            return key
        known = self._known.get((dimension, granularity, start))
        if known is None:
            known = _stored_keys(connection, ROLLUPS[dimension], granularity, start)
            if len(self._known) >= BUCKETS_REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[dimension, granularity, start] = known
        if key not in known:
            if len(known) >= KEYS_A_BUCKET:
                return ("other",) * len(key)
            known.add(key)
        return key


def sums(connection: Connection, dimension: str, spans: Iterable[Span]) -> dict[Key, Sum]:
    """Return transfers and bytes by key over the spans."""
    table = ROLLUPS[dimension]
    total: dict[Key, Sum] = {}
    for span in spans:
        query = (
            select(*_keys(table), func.sum(table.c.transfers), func.sum(table.c.bytes))
            .where(
                table.c.granularity == int(span.granularity),
                table.c.bucket >= span.start,
                table.c.bucket < span.end,
            )
            .group_by(*_keys(table))
        )
        for *key, transfers, size in connection.execute(query):
            add(total, tuple(key), int(transfers), int(size))
    return total


def add(total: dict[Key, Sum], key: Key, transfers: int, size: int) -> None:
    before = total.get(key, Sum(0, 0))
    total[key] = Sum(before.transfers + transfers, before.bytes + size)


def _by_minute(records: Iterable[VerdictRecord]) -> dict[tuple[str, int, Key], Sum]:
    """Count first what most of a batch has in common: this is most of the cost of a record."""
    total: dict[tuple[str, int, Key], Sum] = {}
    for record in records:
        minute = floor(Granularity.MINUTE, microseconds(record.transfer.received_at))
        for dimension, keys in keys_of(record).items():
            for key in keys:
                before = total.get((dimension, minute, key), Sum(0, 0))
                total[dimension, minute, key] = Sum(
                    before.transfers + 1, before.bytes + record.size
                )
    return total


def _keys(table: Table) -> list[Column[str]]:
    return [column for column in table.c if isinstance(column.type, Text)]


def _stored_keys(connection: Connection, table: Table, granularity: int, start: int) -> set[Key]:
    query = select(*_keys(table)).where(table.c.granularity == granularity, table.c.bucket == start)
    return {tuple(row) for row in connection.execute(query)}


def _upsert(
    connection: Connection, table: Table, transfers: Counter[Cell], sizes: Counter[Cell]
) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={
            "transfers": table.c.transfers + statement.excluded.transfers,
            "bytes": table.c.bytes + statement.excluded.bytes,
        },
    )
    names = [column.name for column in _keys(table)]
    connection.execute(
        statement,
        [
            {"granularity": granularity, "bucket": start, "transfers": count}
            | {"bytes": sizes[granularity, start, key]}
            | dict(zip(names, key))
            for (granularity, start, key), count in sorted(transfers.items())
        ],
    )
