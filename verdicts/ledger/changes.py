"""What the ledger changes when somebody asks it to, each in a transaction of its own."""

from sqlalchemy import Connection

from verdicts.ledger import key_table, sessions
from verdicts.ledger.events import add_events
from verdicts.ledger.feedback import store_feedback
from verdicts.ledger.questions import AddEvents, Change, StoreFeedback
from verdicts.ledger.session_changes import EndSession, SessionSeen, StartSession


def apply(connection: Connection, change: Change) -> bool:
    """Return whether something changed; raise ValueError for what no client of ours sends."""
    match change:
        case AddEvents(events):
            with connection.begin():
                add_events(connection, events)
            return True
        case StoreFeedback():
            with connection.begin():
                return store_feedback(connection, change)
        case StartSession() | SessionSeen() | EndSession():
            return sessions.apply(connection, change)
        case key_change:
            return key_table.apply(connection, key_change)
