"""Statistics: counts per dimension and time bucket, kept in the transaction of the verdicts.

Nothing here is estimated: `cover` cuts any range into whole buckets and two short edges, which
are counted from the verdicts themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, TypeVar

from sqlalchemy import Column, Connection, Dialect, Table, Text, func, select

from verdicts.ledger.entry import Entry
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.statements import ManyRows, adding
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


NOTHING = Sum(0, 0)
T = TypeVar("T")
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


class Rollups:
    """Adds groups of entries to the roll-up tables; remembers the keys of recent buckets."""

    def __init__(self, dialect: Dialect) -> None:
        self._known: dict[tuple[str, int, int], set[Key]] = {}
        self._tables = {
            dimension: ManyRows(adding(table, dialect), dialect)
            for dimension, table in ROLLUPS.items()
        }

    def add(self, connection: Connection, entries: Iterable[Entry]) -> None:
        """Upsert each cell once, however many of the entries count in it."""
        for dimension, minutes in _by_minute(entries).items():
            cells: dict[Cell, Sum] = {}
            for (minute, key), one in minutes.items():
                for granularity, start in _buckets(minute):
                    kept = self._fold(connection, dimension, granularity, start, key)
                    add(cells, (granularity, start, kept), one.transfers, one.bytes)
            rows = [
                (granularity, start, *key, *one)
                for (granularity, start, key), one in sorted(cells.items())
            ]
            self._tables[dimension].run(connection, rows)

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


def add(total: dict[T, Sum], key: T, transfers: int, size: int) -> None:
    before = total.get(key, NOTHING)
    total[key] = Sum(before.transfers + transfers, before.bytes + size)


def _by_minute(entries: Iterable[Entry]) -> dict[str, dict[tuple[int, Key], Sum]]:
    """Count by dimension, minute and key; what most entries have in common is counted first."""
    common: dict[tuple[int, str, str, str, str], Sum] = {}
    counts: dict[str, dict[tuple[int, Key], Sum]] = {dimension: {} for dimension in ROLLUPS}
    for verdict, detections, unscanned in entries:
        minute = floor(Granularity.MINUTE, verdict.time)
        words = (verdict.action, verdict.level, verdict.channel, verdict.direction)
        add(common, (minute, *words), 1, verdict.size)
        for found in {(one.code, one.name) for one in detections}:
            add(counts["detection"], (minute, found), 1, verdict.size)
        for reason in {one.reason for one in unscanned}:
            add(counts["unscanned"], (minute, (reason,)), 1, verdict.size)
    for (minute, *alike), one in common.items():
        for dimension, word in zip(("action", "level", "channel", "direction"), alike):
            add(counts[dimension], (minute, (word,)), one.transfers, one.bytes)
    return counts


@lru_cache(BUCKETS_REMEMBERED)
def _buckets(minute: int) -> tuple[tuple[int, int], ...]:
    """Return the granularity and start of every bucket that holds the minute."""
    return tuple((int(granularity), floor(granularity, minute)) for granularity in Granularity)


def _keys(table: Table) -> list[Column[str]]:
    return [column for column in table.c if isinstance(column.type, Text)]


def _stored_keys(connection: Connection, table: Table, granularity: int, start: int) -> set[Key]:
    query = select(*_keys(table)).where(table.c.granularity == granularity, table.c.bucket == start)
    return {tuple(row) for row in connection.execute(query)}
