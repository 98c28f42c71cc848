"""The sinks in the log: how far each has come, and its outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, delete, func, insert, or_, select, update

from verdicts.ledger.event_log.events import last_event
from verdicts.ledger.event_log.sink_changes import (
    WORDS,
    DisableSink,
    Later,
    MoveSink,
    OpenSink,
    SinkChange,
)
from verdicts.ledger.schema import OUTBOX, SINK

LONGEST = 27 * 3600 * 1_000_000
"""Beyond the longest pause between two attempts, a day and its jitter; microseconds."""


@dataclass(frozen=True, slots=True)
class SinkState:
    """A sink as the log knows it."""

    name: str
    position: int
    """The last event that was taken out of the log for it."""
    disabled: int | None
    """Since when it is, microseconds since 1970; None: it is not."""
    error: str
    """Why it does not get on; empty if it does."""
    waiting: int
    """Events in its outbox."""


def apply_to_sinks(connection: Connection, change: SinkChange) -> bool:
    """Return whether something changed; in the caller's transaction."""
    match change:
        case OpenSink(name):
            if connection.scalar(select(SINK.c.name).where(SINK.c.name == name)) is not None:
                return False
            row = {"name": name, "position": last_event(connection), "error": ""}
            connection.execute(insert(SINK).values(row))
            return True
        case MoveSink():
            return _move(connection, change)
        case DisableSink(name, disabled, error):
            values = {"disabled": disabled, "error": error[:WORDS]}
            return _update(connection, name, values)


def sinks(connection: Connection) -> dict[str, SinkState]:
    """Return all that ever were, by name."""
    query = select(OUTBOX.c.sink, func.count()).group_by(OUTBOX.c.sink)
    waiting: dict[str, int] = dict(connection.execute(query).all())
    rows = connection.execute(select(SINK).order_by(SINK.c.name)).mappings()
    return {row["name"]: _state(row, waiting.get(row["name"], 0)) for row in rows}


def due(connection: Connection, sink: str, now: int, limit: int) -> tuple[Later, ...]:
    """Return what of its outbox is to be sent by now, the oldest events first.

    What is due later than any pause makes it was put there before the clock was set back.
    """
    by_now = or_(OUTBOX.c.due <= now, OUTBOX.c.due > now + LONGEST)
    query = select(OUTBOX).where(OUTBOX.c.sink == sink, by_now)
    rows = connection.execute(query.order_by(OUTBOX.c.event).limit(limit)).mappings()
    return tuple(Later(row["event"], row["due"], row["attempts"], row["error"]) for row in rows)


def next_due(connection: Connection, sink: str, now: int) -> int | None:
    """Return when the next of its outbox is due, as `due` has it; None if it is empty."""
    times = select(func.min(OUTBOX.c.due), func.max(OUTBOX.c.due)).where(OUTBOX.c.sink == sink)
    first, last = connection.execute(times).one()
    if first is None:
        return None
    return now if last > now + LONGEST else int(first)


def _move(connection: Connection, change: MoveSink) -> bool:
    values = {"position": change.position, "error": change.error[:WORDS]}
    if not _update(connection, change.name, values):
        return False
    ours = OUTBOX.c.sink == change.name
    gone = (*change.settled, *(later.event for later in change.later))
    created: dict[int, int] = {}
    if gone:
        found = select(OUTBOX.c.event, OUTBOX.c.created).where(ours, OUTBOX.c.event.in_(gone))
        created = dict(connection.execute(found).all())
        connection.execute(delete(OUTBOX).where(ours, OUTBOX.c.event.in_(gone)))
    if change.later:
        connection.execute(insert(OUTBOX), _rows(change, created))
    if change.hurry:
        connection.execute(
            update(OUTBOX).where(ours, OUTBOX.c.due > change.now).values(due=change.now)
        )
    return True


def _rows(change: MoveSink, created: dict[int, int]) -> Sequence[dict[str, object]]:
    return [
        {
            "sink": change.name,
            "event": later.event,
            "created": created.get(later.event, change.now),
            "due": later.due,
            "attempts": later.attempts,
            "error": later.error[:WORDS],
        }
        for later in change.later
    ]


def _update(connection: Connection, name: str, values: Mapping[str, object]) -> bool:
    return connection.execute(update(SINK).where(SINK.c.name == name).values(values)).rowcount > 0


def _state(row: RowMapping, waiting: int) -> SinkState:
    return SinkState(row["name"], row["position"], row["disabled"], row["error"], waiting)
