"""Events in the log: transfers stopped, rule sets changed, parts of the service in trouble.

They are numbered in the order in which they were stored, so that a reader can go on where it
stopped.  The newest are kept: `[events] kept` and `kept_days`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, delete, func, insert, or_, select

from verdicts.ledger.event_log.new_events import check_event
from verdicts.ledger.questions import EventRow
from verdicts.ledger.schema import EVENT
from verdicts.record import id_bytes, id_text

STEP_EVENTS = 10_000
"""Deleted at most in one transaction, so that no verdict waits long for a large clean-up."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the log."""

    id: int
    time: int
    kind: str
    ruleset: str
    verdict: str
    data: str
    """A JSON object, on one line."""


def add_events(connection: Connection, events: Sequence[EventRow]) -> None:
    """Store them in the caller's transaction; raise ValueError."""
    rows = []
    for event in events:
        check_event(event)
        verdict = id_bytes(event.verdict) if event.verdict else None
        rows.append((event.time, event.kind, event.ruleset, verdict, event.data))
    store_events(connection, rows)


def store_events(
    connection: Connection, rows: Sequence[tuple[int, str, str, bytes | None, str]]
) -> None:
    """Store rows of time, kind, rule set, verdict and data, which somebody has checked."""
    if rows:
        columns = ("time", "kind", "ruleset", "verdict", "data")
        connection.execute(insert(EVENT), [dict(zip(columns, row)) for row in rows])


def forget_events(connection: Connection, kept: int, before: int) -> bool:
    """Delete the oldest: all but `kept`, and those of before that time; never the newest.

    By that whoever follows knows how far the log is.  Deletes STEP_EVENTS at most; returns whether
    there may be more.
    """
    oldest, newest = oldest_event(connection), last_event(connection)
    first = select(EVENT.c.id, EVENT.c.time).order_by(EVENT.c.id).limit(STEP_EVENTS).subquery()
    old = connection.scalar(select(func.max(first.c.id)).where(first.c.time < before)) or 0
    too_many = min(newest - kept, oldest + STEP_EVENTS - 1)
    last = min(max(old, too_many), newest - 1)
    if oldest == 0 or last < oldest:
        return False
    found = delete(EVENT).where(EVENT.c.id <= last)
    if last > too_many:  # a clock that jumped may have put younger ones between
        found = found.where(or_(EVENT.c.time < before, EVENT.c.id <= too_many))
    return connection.execute(found).rowcount >= STEP_EVENTS


def oldest_event(connection: Connection) -> int:
    """Return the number of the oldest event that is kept; 0 if none is."""
    return connection.scalar(select(func.min(EVENT.c.id))) or 0


def last_event(connection: Connection) -> int:
    """Return the number of the newest event; 0 if there never was one."""
    return connection.scalar(select(func.max(EVENT.c.id))) or 0


def events_after(
    connection: Connection, after: int, kinds: Collection[str], limit: int
) -> tuple[Event, ...]:
    """Return up to `limit` events of these kinds with larger numbers than `after`, in order.

    `kinds` empty means all.
    """
    query = select(EVENT).where(EVENT.c.id > after).order_by(EVENT.c.id).limit(limit)
    if kinds:
        query = query.where(EVENT.c.kind.in_(kinds))
    return tuple(map(event_of, connection.execute(query).mappings()))


def events_numbered(connection: Connection, numbers: Collection[int]) -> dict[int, Event]:
    """Return those of these events that are kept, by number."""
    query = select(EVENT).where(EVENT.c.id.in_(numbers))
    return {row["id"]: event_of(row) for row in connection.execute(query).mappings()}


def events_before(
    connection: Connection, ruleset: str, kind: str, before: int | None, limit: int
) -> tuple[Event, ...]:
    """Return up to `limit` events of a rule set, newest first, with smaller numbers than `before`.

    None means from the newest.
    """
    query = select(EVENT).where(EVENT.c.ruleset == ruleset, EVENT.c.kind == kind)
    if before is not None:
        query = query.where(EVENT.c.id < before)
    query = query.order_by(EVENT.c.id.desc()).limit(limit)
    return tuple(map(event_of, connection.execute(query).mappings()))


def events_about(connection: Connection, ruleset: str, kind: str) -> set[str]:
    """Return the ids of all transfers of which there is an event of this rule set and kind."""
    query = select(EVENT.c.verdict).where(EVENT.c.ruleset == ruleset, EVENT.c.kind == kind)
    return {id_text(verdict) for verdict in connection.scalars(query) if verdict is not None}


def event_of(row: RowMapping) -> Event:
    verdict = id_text(row["verdict"]) if row["verdict"] is not None else ""
    return Event(row["id"], row["time"], row["kind"], row["ruleset"], verdict, row["data"])
