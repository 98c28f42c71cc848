"""What the ledger changes when somebody asks it to, each in a transaction of its own."""

from sqlalchemy import Connection

from verdicts.ledger import key_table, sessions
from verdicts.ledger.event_changes import ForgetEvents
from verdicts.ledger.events import add_events, forget_events
from verdicts.ledger.feedback import store_feedback
from verdicts.ledger.questions import AddEvents, Change, StoreFeedback
from verdicts.ledger.session_changes import EndSession, SessionSeen, StartSession
from verdicts.ledger.sink_changes import DisableSink, MoveSink, OpenSink
from verdicts.ledger.sinks import apply_to_sinks


def apply(connection: Connection, change: Change) -> bool:
    """Return whether something changed; raise ValueError for what no client of ours sends."""
    match change:
        case AddEvents(events):
            with connection.begin():
                add_events(connection, events)
            return True
        case ForgetEvents(kept, before):
            with connection.begin():
                return forget_events(connection, kept, before)
        case OpenSink() | MoveSink() | DisableSink():
            with connection.begin():
                return apply_to_sinks(connection, change)
        case StoreFeedback():
            with connection.begin():
                return store_feedback(connection, change)
        case StartSession() | SessionSeen() | EndSession():
            return sessions.apply(connection, change)
        case key_change:
            return key_table.apply(connection, key_change)
