"""How far sinks are, as numbers."""

from verdicts.ledger.event_log.deliveries import Delivery, read_deliveries
from verdicts.ledger.event_log.events import add_events
from verdicts.ledger.event_log.sink_changes import DisableSink, Later, MoveSink, OpenSink
from verdicts.ledger.event_log.sinks import apply_to_sinks
from verdicts.ledger.questions import EventRow
from verdicts.ledger.store import Writer


def test_sinks_at_work(url: str) -> None:
    writer = Writer(url)
    connection = writer.connection()
    with connection.begin():
        for name in ("file", "former", "siem"):
            apply_to_sinks(connection, OpenSink(name))
        add_events(connection, [EventRow(1, "alarm", "", "", "{}")] * 5)
        later = (Later(1, 100, 1, "503"), Later(2, 100, 1, "503"))
        apply_to_sinks(connection, MoveSink("siem", 3, "503", later=later, now=10))
        apply_to_sinks(connection, DisableSink("file", 7, "410"))
    assert read_deliveries(connection, {"siem", "file", "unheard"}) == (
        Delivery("file", 5, 0, away=True, disabled=True),
        Delivery("siem", 2, 2, away=True, disabled=False),
    )
    assert read_deliveries(connection, ()) == ()
    writer.close()
