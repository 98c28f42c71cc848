"""Fills roll-up tables that are new from the verdicts that were stored before them."""

import sqlalchemy as sa

from verdicts.ledger.buckets import WIDTHS, Granularity, after, floor
from verdicts.ledger.folding import MOST_KEYS, fold_bucket

VERDICT = sa.table(
    "verdict", *map(sa.column, ("id", "time", "size", "true_type", "client_ip", "user"))
)
DETECTION = sa.table("detection", *map(sa.column, ("verdict", "code", "name")))


def fill(connection: sa.Connection, dimension: str, key: str) -> None:
    """Count all that is stored: by the database itself, in memory that its settings bound."""
    columns = ("granularity", "bucket", key, "transfers", "bytes")
    rollup = sa.table(f"rollup_{dimension}", *map(sa.column, columns))
    found = _found(key)
    one = sa.literal_column("1", sa.BigInteger).label("transfers")
    minutes = sa.select(
        _start(Granularity.MINUTE, found.c.time), found.c[key], one, found.c.size.label("bytes")
    )
    _add(connection, dimension, rollup, Granularity.MINUTE, minutes)
    for wide in (Granularity.HOUR, Granularity.DAY):
        start = _start(wide, rollup.c.bucket)
        narrow = sa.select(start, rollup.c[key], rollup.c.transfers, rollup.c.bytes)
        narrow = narrow.where(rollup.c.granularity == int(wide) - 1)
        _add(connection, dimension, rollup, wide, narrow)
    days = sa.select(rollup.c.bucket).where(rollup.c.granularity == int(Granularity.DAY)).distinct()
    for month in sorted({floor(Granularity.MONTH, day) for day in connection.scalars(days)}):
        within = sa.select(
            sa.literal_column(str(month)).label("bucket"),
            rollup.c[key],
            rollup.c.transfers,
            rollup.c.bytes,
        ).where(
            rollup.c.granularity == int(Granularity.DAY),
            rollup.c.bucket >= month,
            rollup.c.bucket < after(Granularity.MONTH, month),
        )
        _add(connection, dimension, rollup, Granularity.MONTH, within)


def _found(key: str) -> sa.Subquery:
    """Return time, size and key of each transfer, once for a key."""
    if key not in DETECTION.c:
        return sa.select(VERDICT.c.time, VERDICT.c.size, VERDICT.c[key]).subquery()
    query = sa.select(VERDICT.c.id, VERDICT.c.time, VERDICT.c.size, DETECTION.c[key])
    return query.join(DETECTION, DETECTION.c.verdict == VERDICT.c.id).distinct().subquery()


def _start(granularity: Granularity, time: sa.ColumnElement[int]) -> sa.Label[int]:
    width = sa.literal_column(str(WIDTHS[granularity]), sa.BigInteger)
    return (time - time % width).label("bucket")


def _add(
    connection: sa.Connection,
    dimension: str,
    rollup: sa.TableClause,
    granularity: Granularity,
    query: sa.Select[tuple[int, str, int, int]],
) -> None:
    part = query.subquery()
    bucket, key, transfers, size = part.c
    counted = sa.select(
        sa.literal_column(str(int(granularity))),
        bucket,
        key,
        sa.func.sum(transfers),
        sa.func.sum(size),
    ).group_by(bucket, key)
    connection.execute(sa.insert(rollup).from_select([one.name for one in rollup.c], counted))
    full = (
        sa.select(rollup.c.bucket)
        .where(rollup.c.granularity == int(granularity))
        .group_by(rollup.c.bucket)
        .having(sa.func.count() > MOST_KEYS)
    )
    for start in connection.scalars(full).all():
        fold_bucket(connection, dimension, int(granularity), start)
