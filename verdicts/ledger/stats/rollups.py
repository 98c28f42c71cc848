"""Statistics: counts per dimension and time bucket, kept in the transaction of the verdicts.

A transfer counts once in each dimension of which it has one word; "" is the word where there is
none (no user known, no type found), so that each of these adds up to all transfers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import Connection, Dialect, Table, select

from verdicts.ledger.entry import Entry
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.statements import ManyRows, adding
from verdicts.ledger.stats.buckets import Granularity, floor
from verdicts.ledger.stats.folding import MOST_KEYS, fold_bucket
from verdicts.ledger.stats.sums import BLOCKED, HELD, Key, Sum, add, key_columns

BUCKETS_REMEMBERED = 64
OPEN_KEYS = frozenset({"channel", "detection", "name", "type", "client_ip", "user"})
"""Dimensions whose keys are not a fixed list."""
ALIKE = ("action", "level", "channel", "direction", "type")
"""Dimensions in which most transfers of a minute are alike."""
Place = tuple[int, int]
"""Granularity and start of a bucket."""
Cells = dict[Key, Sum]


class Rollups:
    """Adds groups of entries to the roll-up tables; remembers the keys of recent buckets."""

    def __init__(self, dialect: Dialect) -> None:
        self._known: dict[tuple[str, Place], set[Key]] = {}
        self._tables = {
            dimension: ManyRows(adding(table, dialect), dialect)
            for dimension, table in ROLLUPS.items()
        }

    def add(self, connection: Connection, entries: Iterable[Entry]) -> None:
        """Upsert each cell once, however many of the entries count in it."""
        for dimension, minutes in _by_minute(entries).items():
            buckets = _by_bucket(minutes)
            rows = [
                (*bucket, *key, *one)
                for bucket, cells in sorted(buckets.items())
                for key, one in sorted(cells.items())
            ]
            self._tables[dimension].run(connection, rows)
            if dimension in OPEN_KEYS:
                for bucket, cells in buckets.items():
                    self._bound(connection, dimension, bucket, cells)

    @contextmanager
    def unless_undone(self) -> Iterator[None]:
        """Forget the keys if the transaction fails: what was folded in it may be there again."""
        try:
            yield
        except BaseException:
            self._known.clear()
            raise

    def _bound(
        self, connection: Connection, dimension: str, bucket: Place, keys: Iterable[Key]
    ) -> None:
        """Fold a bucket that has got too many keys."""
        known = self._remembered(connection, dimension, bucket)
        known.update(keys)
        if len(known) > MOST_KEYS:
            fold_bucket(connection, dimension, *bucket)
            known.clear()
            known.update(_stored_keys(connection, ROLLUPS[dimension], *bucket))

    def _remembered(self, connection: Connection, dimension: str, bucket: Place) -> set[Key]:
        known = self._known.get((dimension, bucket))
        if known is None:
            known = _stored_keys(connection, ROLLUPS[dimension], *bucket)
            if len(self._known) >= BUCKETS_REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[dimension, bucket] = known
        return known


def _by_minute(entries: Iterable[Entry]) -> dict[str, dict[int, Cells]]:
    """Count by dimension, minute and key; what most entries have in common is counted first."""
    common: dict[tuple[int, str, str, str, str, str], Sum] = {}
    counts: dict[str, dict[int, Cells]] = {name: defaultdict(dict) for name in ROLLUPS}
    for verdict, detections, unscanned in entries:
        minute = floor(Granularity.MINUTE, verdict.time)
        action = verdict.action
        one = Sum(
            1, verdict.size, int(action in BLOCKED), int(action in HELD), 1 if unscanned else 0
        )
        words = action, verdict.level, verdict.channel, verdict.direction, verdict.true_type
        add(common, (minute, *words), one)
        add(counts["client_ip"][minute], (verdict.client_ip,), one)
        add(counts["user"][minute], (verdict.user,), one)
        if detections:
            for both in {(found.code, found.name) for found in detections}:
                add(counts["detection"][minute], both, one)
            for code in {found.code for found in detections}:
                add(counts["code"][minute], (code,), one)
            for name in {found.name for found in detections}:
                add(counts["name"][minute], (name,), one)
        for reason in {missed.reason for missed in unscanned}:
            add(counts["unscanned"][minute], (reason,), one)
    for (minute, *alike), one in common.items():
        for dimension, word in zip(ALIKE, alike):
            add(counts[dimension][minute], (word,), one)
    return counts


def _by_bucket(minutes: dict[int, Cells]) -> dict[Place, Cells]:
    parts: dict[Place, list[Cells]] = defaultdict(list)
    for minute, cells in minutes.items():
        for bucket in _buckets(minute):
            parts[bucket].append(cells)
    return {bucket: _merged(some) for bucket, some in parts.items()}


def _merged(parts: Sequence[Cells]) -> Cells:
    if len(parts) == 1:  # as mostly: a group is of one minute
        return parts[0]
    total: Cells = {}
    for cells in parts:
        for key, one in cells.items():
            add(total, key, one)
    return total


@lru_cache(BUCKETS_REMEMBERED)
def _buckets(minute: int) -> tuple[Place, ...]:
    """Return the granularity and start of every bucket that holds the minute."""
    return tuple((int(granularity), floor(granularity, minute)) for granularity in Granularity)


def _stored_keys(connection: Connection, table: Table, granularity: int, start: int) -> set[Key]:
    query = select(*key_columns(table)).where(
        table.c.granularity == granularity, table.c.bucket == start
    )
    return {tuple(row) for row in connection.execute(query)}
