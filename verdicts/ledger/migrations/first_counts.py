"""Fills roll-up tables from the verdicts that are stored already."""

from collections.abc import Sequence

import sqlalchemy as sa

from verdicts.ledger.stats.buckets import WIDTHS, Granularity, after, floor
from verdicts.ledger.stats.folding import MOST_KEYS, fold_bucket

VERDICT = sa.table(
    "verdict",
    *map(sa.column, ("id", "time", "size", "action", "level", "channel", "direction")),
    *map(sa.column, ("true_type", "client_ip", "user")),
)
FOUND = (
    sa.table("detection", *map(sa.column, ("verdict", "code", "name"))),
    sa.table("unscanned", *map(sa.column, ("verdict", "reason"))),
)


def fill(connection: sa.Connection, dimension: str, keys: Sequence[str]) -> None:
    """Count all that is stored: by the database itself, in memory that its settings bound.

    `keys` are the columns, here and in the roll-up table, which must be empty.
    """
    columns = ("granularity", "bucket", *keys, "transfers", "bytes")
    rollup = sa.table(f"rollup_{dimension}", *map(sa.column, columns))
    words = [rollup.c[key] for key in keys]
    found = _found(keys)
    _add(
        connection,
        dimension,
        rollup,
        Granularity.MINUTE,
        sa.select(
            _start(Granularity.MINUTE, found.c.time),
            *(found.c[key] for key in keys),
            sa.literal_column("1", sa.BigInteger).label("transfers"),
            found.c.size.label("bytes"),
        ),
    )
    for wide in (Granularity.HOUR, Granularity.DAY):
        narrow = sa.select(
            _start(wide, rollup.c.bucket), *words, rollup.c.transfers, rollup.c.bytes
        )
        narrow = narrow.where(rollup.c.granularity == int(wide) - 1)
        _add(connection, dimension, rollup, wide, narrow)
    is_day = rollup.c.granularity == int(Granularity.DAY)
    days = connection.scalars(sa.select(rollup.c.bucket).where(is_day).distinct())
    for month in sorted({floor(Granularity.MONTH, day) for day in days}):
        start = sa.literal_column(str(month), sa.BigInteger).label("bucket")
        within = sa.select(start, *words, rollup.c.transfers, rollup.c.bytes).where(
            is_day,
            rollup.c.bucket >= month,
            rollup.c.bucket < after(Granularity.MONTH, month),
        )
        _add(connection, dimension, rollup, Granularity.MONTH, within)


def _found(keys: Sequence[str]) -> sa.Subquery:
    """Return time, size and keys of each transfer, once for the same keys."""
    query = sa.select(VERDICT.c.id, VERDICT.c.time, VERDICT.c.size)
    for table in FOUND:
        if keys[0] in table.c:
            query = query.add_columns(*(table.c[key] for key in keys))
            return query.join(table, table.c.verdict == VERDICT.c.id).distinct().subquery()
    return query.add_columns(*(VERDICT.c[key] for key in keys)).subquery()


def _start(granularity: Granularity, time: sa.ColumnElement[int]) -> sa.Label[int]:
    width = sa.literal_column(str(WIDTHS[granularity]), sa.BigInteger)
    return (time - time % width).label("bucket")


def _add(
    connection: sa.Connection,
    dimension: str,
    rollup: sa.TableClause,
    granularity: Granularity,
    query: sa.Select[tuple[int | str, ...]],
) -> None:
    part = query.subquery()
    start, *keys, transfers, size = part.c
    width = sa.literal_column(str(int(granularity)), sa.SmallInteger)
    counted = sa.select(width, start, *keys, sa.func.sum(transfers), sa.func.sum(size))
    counted = counted.group_by(start, *keys)
    connection.execute(sa.insert(rollup).from_select([one.name for one in rollup.c], counted))
    full = (
        sa.select(rollup.c.bucket)
        .where(rollup.c.granularity == int(granularity))
        .group_by(rollup.c.bucket)
        .having(sa.func.count() > MOST_KEYS)
    )
    for bucket in connection.scalars(full).all():
        fold_bucket(connection, dimension, int(granularity), bucket)
