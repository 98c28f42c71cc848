"""Fewer keys in a bucket: the rare ones become "other", or keys get other names and are merged."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, bindparam, delete, select

from verdicts.ledger.buckets import Span
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.statements import adding
from verdicts.ledger.sums import OTHER, Key, Sum, add, key_columns

KEYS_A_BUCKET = 1000
"""The most frequent keys of a bucket keep their own rows (design §6)."""
MOST_KEYS = 1250
"""A bucket with more keys is folded.  The slack pays for it: each fold makes room for 250 new
keys, and whatever grows has time to become one of the frequent ones, however late it came."""
STEP_ROWS = 2 * (MOST_KEYS + 1)
"""Holds at least one whole bucket."""


def fold_bucket(connection: Connection, dimension: str, granularity: int, start: int) -> None:
    """Count all but the KEYS_A_BUCKET most frequent keys of a bucket as OTHER."""
    table = ROLLUPS[dimension]
    keys = key_columns(table)
    query = (
        select(*keys, table.c.transfers, table.c.bytes)
        .where(table.c.granularity == granularity, table.c.bucket == start, keys[0] != OTHER)
        .order_by(table.c.transfers.desc(), table.c.bytes.desc(), *keys)
        .offset(KEYS_A_BUCKET)
    )
    other = (OTHER,) * len(keys)
    rare: list[tuple[int, Key]] = []
    total: dict[tuple[int, Key], Sum] = {}
    for *key, transfers, size in connection.execute(query):
        rare.append((start, tuple(key)))
        add(total, (start, other), transfers, size)
    _move(connection, dimension, granularity, rare, total)


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
        select(table.c.bucket, name, table.c.transfers, table.c.bytes)
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
    gone: list[tuple[int, Key]] = []
    total: dict[tuple[int, Key], Sum] = {}
    for start, word, transfers, size in rows:
        if start < end and word not in {"", OTHER} and (new := rename(word)) != word:
            gone.append((start, (word,)))
            add(total, (start, (new,)), transfers, size)
    _move(connection, dimension, int(span.granularity), gone, total)
    return Span(span.granularity, end, span.end) if end < span.end else None


def _move(
    connection: Connection,
    dimension: str,
    granularity: int,
    gone: Sequence[tuple[int, Key]],
    total: dict[tuple[int, Key], Sum],
) -> None:
    if not gone:
        return
    table = ROLLUPS[dimension]
    names = [column.name for column in key_columns(table)]
    where = [
        table.c[name] == bindparam(f"old_{name}") for name in ("granularity", "bucket", *names)
    ]
    connection.execute(
        delete(table).where(*where),
        [
            {"old_granularity": granularity, "old_bucket": start}
            | {f"old_{name}": word for name, word in zip(names, key)}
            for start, key in gone
        ],
    )
    connection.execute(
        adding(table, connection.dialect),
        [
            {"granularity": granularity, "bucket": start, **dict(zip(names, key)), **one._asdict()}
            for (start, key), one in total.items()
        ],
    )
