"""Fewer keys in a bucket: the rare ones become "other", or keys get other names and are merged."""

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, Table, delete, select, tuple_

from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.statements import ManyRows, adding
from verdicts.ledger.stats.buckets import Span
from verdicts.ledger.stats.sums import OTHER, Key, Sum, add, key_columns, read, sum_columns

KEYS_A_BUCKET = 1000
"""The most frequent keys of a bucket keep their own rows (design §6)."""
MOST_KEYS = 1500
"""A bucket with more keys is folded.  The slack pays for it: each fold makes room for 500 new
keys, and whatever grows has time to become one of the frequent ones, however late it came."""
KEYS_A_STATEMENT = 1000
"""A group of records may bring hundreds of thousands, and databases bound what a statement has."""
STEP_ROWS = 2 * (MOST_KEYS + 1)
"""Holds at least one whole bucket."""


def fold_bucket(connection: Connection, dimension: str, granularity: int, start: int) -> None:
    """Count all but the KEYS_A_BUCKET most frequent keys of a bucket as OTHER."""
    table = ROLLUPS[dimension]
    keys = key_columns(table)
    query = (
        select(*keys, *sum_columns(table))
        .where(table.c.granularity == granularity, table.c.bucket == start, keys[0] != OTHER)
        .order_by(table.c.transfers.desc(), table.c.bytes.desc(), *keys)
        .offset(KEYS_A_BUCKET)
    )
    other = (OTHER,) * len(keys)
    rare: list[Key] = []
    total: dict[Key, Sum] = {}
    for key, one in read(connection, query):
        rare.append(key)
        add(total, other, one)
    _move(connection, table, (granularity, start), rare, total)


def fold_keys(
    connection: Connection, dimension: str, span: Span, rename: Callable[[str], str]
) -> Span | None:
    """Rename the keys of the first buckets of a span, and add up what becomes one.

    One bounded step, for a transaction of its own.  Return the rest of the span, None if nothing
    is left.  OTHER and "" keep their names; `rename` must leave what it has returned as it is, so
    that a step may be repeated.
    """
    table = ROLLUPS[dimension]
    (name,) = key_columns(table)
    query = (
        select(table.c.bucket, name, *sum_columns(table))
        .where(
            table.c.granularity == int(span.granularity),
            table.c.bucket >= span.start,
            table.c.bucket < span.end,
        )
        .order_by(table.c.bucket, name)
        .limit(STEP_ROWS)
    )
    rows = connection.execute(query).all()
    # The last bucket may be cut off: then it is the first of the next step
    end = int(rows[-1][0]) if len(rows) == STEP_ROWS else span.end
    buckets = groupby((row for row in rows if row[0] < end), key=itemgetter(0))
    for start, found in buckets:
        gone: list[Key] = []
        total: dict[Key, Sum] = {}
        for _, word, *one in found:
            if word not in {"", OTHER} and (new := rename(word)) != word:
                gone.append((word,))
                add(total, (new,), Sum(*one))
        _move(connection, table, (int(span.granularity), start), gone, total)
    return Span(span.granularity, end, span.end) if end < span.end else None


def _move(
    connection: Connection,
    table: Table,
    bucket: tuple[int, int],
    gone: Sequence[Key],
    total: dict[Key, Sum],
) -> None:
    """Take rows out of a bucket, and add what they come to."""
    granularity, start = bucket
    keys = tuple_(*key_columns(table))
    for first in range(0, len(gone), KEYS_A_STATEMENT):
        connection.execute(
            delete(table).where(
                table.c.granularity == granularity,
                table.c.bucket == start,
                keys.in_(gone[first : first + KEYS_A_STATEMENT]),
            )
        )
    rows = [(*bucket, *key, *one) for key, one in total.items()]
    ManyRows(adding(table, connection.dialect), connection.dialect).run(connection, rows)


def rename_key(connection: Connection, dimension: str, span: Span, old: str, new: str) -> bool:
    """Rename one key in all buckets of a span; return whether it was there."""
    table = ROLLUPS[dimension]
    (name,) = key_columns(table)
    here = (
        table.c.granularity == int(span.granularity),
        table.c.bucket >= span.start,
        table.c.bucket < span.end,
        name == old,
    )
    found = connection.execute(select(table.c.bucket, *sum_columns(table)).where(*here)).all()
    connection.execute(delete(table).where(*here))
    rows = [(int(span.granularity), start, new, *one) for start, *one in found]
    ManyRows(adding(table, connection.dialect), connection.dialect).run(connection, rows)
    return bool(rows)
