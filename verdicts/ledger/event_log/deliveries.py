"""How far the sinks have come, for the metrics."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from verdicts.ledger.event_log.events import last_event
from verdicts.ledger.event_log.sinks import sinks


@dataclass(frozen=True, slots=True)
class Delivery:
    sink: str
    behind: int
    """Events that it has not taken out of the log yet."""
    waiting: int
    """Events in its outbox."""
    away: bool
    """The receiver takes nothing now."""
    disabled: bool


def read_deliveries(connection: Connection, names: Collection[str]) -> tuple[Delivery, ...]:
    """Return these sinks, by name; the log still knows those that are configured no more."""
    with connection.begin():
        newest, known = last_event(connection), sinks(connection)
    return tuple(
        Delivery(
            name,
            max(newest - sink.position, 0),
            sink.waiting,
            bool(sink.error),
            sink.disabled is not None,
        )
        for name, sink in known.items()
        if name in names
    )
