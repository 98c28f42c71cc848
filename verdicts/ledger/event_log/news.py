"""What is new since somebody last looked: events, and detections that the log did not have."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Text, column, func, select, values

from verdicts.ledger.event_log.events import Event, event_of
from verdicts.ledger.schema import DETECTION, EVENT
from verdicts.ledger.stats.statistics import top

CANDIDATES = 200
"""Most frequent names of the time that are looked up in what was before it."""


@dataclass(frozen=True, slots=True)
class NewName:
    name: str
    first: int
    """Of all that the log holds; microseconds since 1970 UTC."""
    transfers: int


def latest_events(
    connection: Connection, kinds: Sequence[str], since: int, limit: int
) -> tuple[Event, ...]:
    """Return up to `limit` events of these kinds with since <= time, newest first."""
    found: list[Event] = []
    for kind in kinds:  # one by one: each is read from the end of an index
        query = select(EVENT).where(EVENT.c.kind == kind).order_by(EVENT.c.id.desc()).limit(limit)
        rows = connection.execute(query).mappings()
        found += (event_of(row) for row in rows if row["time"] >= since)
    return tuple(sorted(found, key=lambda event: event.id, reverse=True)[:limit])


def new_names(connection: Connection, since: int, until: int, limit: int) -> tuple[NewName, ...]:
    """Return names that were detected for the first time in since <= time < until, newest first."""
    counts = {row.key: row.transfers for row in top(connection, "name", since, until, CANDIDATES)}
    counts.pop("", None)
    if not counts:
        return ()
    asked = values(column("name", Text), name="asked").data([(name,) for name in counts]).cte()
    first = select(func.min(DETECTION.c.time)).where(DETECTION.c.name == asked.c.name)
    found = connection.execute(select(asked.c.name, first.scalar_subquery()))
    names = [
        NewName(name, time, counts[name])
        for name, time in found
        if time is not None and time >= since
    ]
    return tuple(sorted(names, key=lambda one: (-one.first, one.name))[:limit])
