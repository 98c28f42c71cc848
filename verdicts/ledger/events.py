"""Events in the log: what happened to rule sets, and what a set would have ruled otherwise.

They are numbered in the order in which they were stored, so that a reader can go on where it
stopped.  The newest KEPT_EVENTS are kept.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from verdicts.ledger.new_events import check_event
from verdicts.ledger.questions import EventRow
from verdicts.ledger.schema import EVENT
from verdicts.record import id_bytes, id_text

KEPT_EVENTS = 200_000
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
    """Store them and forget the oldest, in the caller's transaction; raise ValueError."""
    if not events:
        return
    rows = []
    for event in events:
        check_event(event)
        verdict = id_bytes(event.verdict) if event.verdict else None
        rows.append(
            {
                "time": event.time,
                "kind": event.kind,
                "ruleset": event.ruleset,
                "verdict": verdict,
                "data": event.data,
            }
        )
    connection.execute(insert(EVENT), rows)
    oldest, newest = connection.execute(select(func.min(EVENT.c.id), func.max(EVENT.c.id))).one()
    last = min(newest - KEPT_EVENTS, oldest + STEP_EVENTS - 1)
    if last >= oldest:
        connection.execute(delete(EVENT).where(EVENT.c.id <= last))


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
    return tuple(map(_event, connection.execute(query).mappings()))


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
    return tuple(map(_event, connection.execute(query).mappings()))


def events_about(connection: Connection, ruleset: str, kind: str) -> set[str]:
    """Return the ids of all transfers of which there is an event of this rule set and kind.

    They are at most KEPT_EVENTS.
    """
    query = select(EVENT.c.verdict).where(EVENT.c.ruleset == ruleset, EVENT.c.kind == kind)
    return {id_text(verdict) for verdict in connection.scalars(query) if verdict is not None}


def _event(row: RowMapping) -> Event:
    verdict = id_text(row["verdict"]) if row["verdict"] is not None else ""
    return Event(row["id"], row["time"], row["kind"], row["ruleset"], verdict, row["data"])
