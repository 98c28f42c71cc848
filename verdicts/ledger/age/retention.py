"""The log forgets: verdicts and counts beyond their age, a step at a time."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from verdicts.ledger.schema import DETECTION, FEEDBACK, ROLLUPS, UNSCANNED, VERDICT
from verdicts.ledger.stats.buckets import Granularity

STEP_VERDICTS = 500
"""Deleted in one transaction, so that no new verdict waits long: about 20 ms."""
STEP_BUCKETS = 200


def forget_verdicts(connection: Connection, before: int) -> bool:
    """Delete the oldest verdicts before the moment (microseconds); return if more may be there."""
    oldest = (
        select(VERDICT.c.id)
        .where(VERDICT.c.time < before)
        .order_by(VERDICT.c.time)
        .limit(STEP_VERDICTS)
    )
    ids = list(connection.scalars(oldest))
    delete_verdicts(connection, ids)
    return len(ids) == STEP_VERDICTS


def delete_verdicts(connection: Connection, ids: Collection[bytes]) -> None:
    """Delete the verdicts and all that hangs on them, but for their counts and events."""
    if not ids:
        return
    for table in (DETECTION, UNSCANNED, FEEDBACK):
        connection.execute(delete(table).where(table.c.verdict.in_(ids)))
    connection.execute(delete(VERDICT).where(VERDICT.c.id.in_(ids)))


def forget_counts(connection: Connection, before: int) -> bool:
    """Delete the oldest buckets that began before the moment; return if more may be there.

    A week or month goes when it began before it: no bucket outlives its age by more than its
    width.
    """
    for table in ROLLUPS.values():
        buckets = (
            select(table.c.granularity, table.c.bucket)
            .where(table.c.bucket < before)
            .distinct()
            .limit(STEP_BUCKETS)
        )
        for granularity in map(int, Granularity):
            found = connection.execute(buckets.where(table.c.granularity == granularity)).all()
            starts = [bucket for _, bucket in found]
            if starts:
                gone = delete(table).where(
                    table.c.granularity == granularity, table.c.bucket.in_(starts)
                )
                connection.execute(gone)
                return True
    return False
