"""A person is forgotten: verdicts and events of a user go, the counts stay without the name."""

import json
from collections.abc import Iterator

from sqlalchemy import Connection, delete, func, select

from verdicts.ledger.age.erasure_changes import EraseCounts, EraseEvents, EraseVerdicts, Erasure
from verdicts.ledger.age.retention import STEP_VERDICTS, delete_verdicts
from verdicts.ledger.event_log.events import last_event
from verdicts.ledger.schema import EVENT, ROLLUPS, VERDICT
from verdicts.ledger.stats.buckets import Granularity, Span
from verdicts.ledger.stats.folding import rename_key

STEP_EVENTS = 2000
STEP_TIME = {
    Granularity.MINUTE: 7 * 86_400_000_000,
    Granularity.HOUR: 365 * 86_400_000_000,
    Granularity.DAY: 10_000 * 86_400_000_000,
    Granularity.WEEK: 50_000 * 86_400_000_000,
    Granularity.MONTH: 100_000 * 86_400_000_000,
}
"""Microseconds of buckets in one step: about 10,000 of them."""
FOREVER = 2**62
"""The last step goes so far: what comes out of the journal meanwhile begins buckets of its own."""


def erasures(connection: Connection, user: str) -> Iterator[tuple[Erasure, bool]]:
    """Yield what is to be asked of the ledger, and whether to ask it until it says no more.

    Events first: what is left if somebody stops halfway still names the user in the verdicts, and
    can be asked for again.
    """
    last = last_event(connection)
    for after in range(0, last, STEP_EVENTS):
        yield EraseEvents(user, after, min(after + STEP_EVENTS, last)), False
    yield EraseVerdicts(user), True
    for granularity in Granularity:
        for span in _spans(connection, granularity):
            yield EraseCounts(user, int(granularity), span.start, span.end), False


def apply_erasure(connection: Connection, erasure: Erasure) -> bool:
    """Do one bounded step in the caller's transaction; return whether something was erased."""
    match erasure:
        case EraseEvents(user, after, last):
            return _erase_events(connection, user, after, last)
        case EraseVerdicts(user):
            return _erase_verdicts(connection, user)
        case EraseCounts(user, granularity, start, end):
            return rename_key(
                connection, "user", Span(Granularity(granularity), start, end), user, ""
            )


def _erase_events(connection: Connection, user: str, after: int, last: int) -> bool:
    """Delete what names the user; what is about a verdict of theirs goes with the verdict."""
    rows = connection.execute(
        select(EVENT.c.id, EVENT.c.data).where(
            EVENT.c.id > after, EVENT.c.id <= last, EVENT.c.verdict.is_not(None)
        )
    )
    ids = [row.id for row in rows if json.loads(row.data).get("user") == user]
    if ids:
        connection.execute(delete(EVENT).where(EVENT.c.id.in_(ids)))
    return bool(ids)


def _erase_verdicts(connection: Connection, user: str) -> bool:
    query = select(VERDICT.c.id).where(VERDICT.c.user == user).limit(STEP_VERDICTS)
    ids = list(connection.scalars(query))
    if ids:
        connection.execute(delete(EVENT).where(EVENT.c.verdict.in_(ids)))
        delete_verdicts(connection, ids)
    return bool(ids)


def _spans(connection: Connection, granularity: Granularity) -> Iterator[Span]:
    """Yield bounded spans that together hold every bucket of this width, also those to come."""
    table = ROLLUPS["user"]
    query = select(func.min(table.c.bucket), func.max(table.c.bucket))
    first, last = connection.execute(query.where(table.c.granularity == int(granularity))).one()
    starts = range(first or 0, (last or 0) + 1, STEP_TIME[granularity])
    for start, end in zip(starts, (*starts[1:], FOREVER), strict=True):
        yield Span(granularity, start, end)
