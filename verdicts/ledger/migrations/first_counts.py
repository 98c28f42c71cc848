"""Fills roll-up tables from the verdicts that are stored already."""

from collections.abc import Sequence

import sqlalchemy as sa

from verdicts.ledger.stats.buckets import FIRST_MONDAY, WIDTHS, Granularity, after, floor
from verdicts.ledger.stats.folding import MOST_KEYS, fold_bucket
from verdicts.ledger.stats.sums import Sum, counted_once, sum_columns, summed

VERDICT = sa.table(
    "verdict",
    *map(sa.column, ("id", "time", "size", "action", "level", "channel", "direction")),
    *map(sa.column, ("true_type", "client_ip", "user")),
)
UNSCANNED = sa.table("unscanned", *map(sa.column, ("verdict", "reason")))
FOUND = (sa.table("detection", *map(sa.column, ("verdict", "code", "name"))), UNSCANNED)


def fill(connection: sa.Connection, dimension: str, keys: Sequence[str]) -> None:
    """Count all that is stored: by the database itself, in memory that its settings bound.

    `keys` are the columns, here and in the roll-up table, which must be empty.
    """
    columns = ("granularity", "bucket", *keys, *Sum._fields)
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
            *(found.c[name] for name in (*keys, *Sum._fields)),
        ),
    )
    for wide in (Granularity.HOUR, Granularity.DAY, Granularity.WEEK):
        narrow = sa.select(_start(wide, rollup.c.bucket), *words, *sum_columns(rollup))
        narrow = narrow.where(rollup.c.granularity == int(wide) - 1)
        _add(connection, dimension, rollup, wide, narrow)
    is_day = rollup.c.granularity == int(Granularity.DAY)
    days = connection.scalars(sa.select(rollup.c.bucket).where(is_day).distinct())
    for month in sorted({floor(Granularity.MONTH, day) for day in days}):
        start = sa.literal_column(str(month), sa.BigInteger).label("bucket")
        within = sa.select(start, *words, *sum_columns(rollup)).where(
            is_day,
            rollup.c.bucket >= month,
            rollup.c.bucket < after(Granularity.MONTH, month),
        )
        _add(connection, dimension, rollup, Granularity.MONTH, within)


def _found(keys: Sequence[str]) -> sa.Subquery:
    """Return time, keys and what is counted of each transfer, once for the same keys."""
    # No IN: it would want all that was ever not inspected in the memory of the server
    other = UNSCANNED.alias()
    missed = sa.exists().where(other.c.verdict == VERDICT.c.id)
    query = sa.select(VERDICT.c.id, VERDICT.c.time, *counted_once(VERDICT, missed))
    for table in FOUND:
        if keys[0] in table.c:
            query = query.add_columns(*(table.c[key] for key in keys))
            return query.join(table, table.c.verdict == VERDICT.c.id).distinct().subquery()
    return query.add_columns(*(VERDICT.c[key] for key in keys)).subquery()


def _start(granularity: Granularity, time: sa.ColumnElement[int]) -> sa.Label[int]:
    width = sa.literal_column(str(WIDTHS[granularity]), sa.BigInteger)
    if granularity != Granularity.WEEK:
        return (time - time % width).label("bucket")
    first = sa.literal_column(str(FIRST_MONDAY - WIDTHS[granularity]), sa.BigInteger)
    return (time - (time - first) % width).label("bucket")


def _add(
    connection: sa.Connection,
    dimension: str,
    rollup: sa.TableClause,
    granularity: Granularity,
    query: sa.Select[tuple[int | str, ...]],
) -> None:
    part = query.subquery()
    start, *keys = (column for column in part.c if column.name not in Sum._fields)
    width = sa.literal_column(str(int(granularity)), sa.SmallInteger)
    counted = sa.select(width, start, *keys, *map(summed, sum_columns(part)))
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
