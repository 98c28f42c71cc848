"""What the ledger changes when somebody asks it to, each in a transaction of its own."""

from sqlalchemy import Connection

from verdicts.ledger.access import key_table, requests, sessions
from verdicts.ledger.access.audit import append
from verdicts.ledger.access.audit_changes import AddAudit
from verdicts.ledger.access.audit_trail import AuditTrail
from verdicts.ledger.access.request_changes import ClaimRequest, KeepAnswer, ReleaseRequest
from verdicts.ledger.access.session_changes import EndSession, SessionSeen, StartSession
from verdicts.ledger.age.erasure import apply_erasure
from verdicts.ledger.age.erasure_changes import EraseCounts, EraseEvents, EraseVerdicts
from verdicts.ledger.event_log.event_changes import ForgetEvents
from verdicts.ledger.event_log.events import add_events, forget_events
from verdicts.ledger.event_log.sink_changes import DisableSink, MoveSink, OpenSink
from verdicts.ledger.event_log.sinks import apply_to_sinks
from verdicts.ledger.feedback import store_feedback
from verdicts.ledger.questions import AddEvents, Audited, Change, StoreFeedback


def apply(connection: Connection, change: Change | AddAudit | Audited, trail: AuditTrail) -> bool:
    """Return whether something changed; raise ValueError for what no client of ours sends.

    A change and its row of the audit are on disk together, or neither is.
    """
    link = None
    with connection.begin():
        match change:
            case AddAudit(row):
                link, done = append(connection, row, trail), True
            case Audited(inner, row):
                done = _apply(connection, inner)
                link = append(connection, row, trail) if done else None
            case plain:
                done = _apply(connection, plain)
    if link:
        trail.keep(link)
    return done


def _apply(connection: Connection, change: Change) -> bool:
    """Take part in the transaction that `apply` began."""
    match change:
        case AddEvents(events):
            add_events(connection, events)
            return True
        case ForgetEvents(kept, before):
            return forget_events(connection, kept, before)
        case OpenSink() | MoveSink() | DisableSink():
            return apply_to_sinks(connection, change)
        case StoreFeedback():
            return store_feedback(connection, change)
        case StartSession() | SessionSeen() | EndSession():
            return sessions.apply(connection, change)
        case ClaimRequest() | KeepAnswer() | ReleaseRequest():
            return requests.apply(connection, change)
        case EraseEvents() | EraseVerdicts() | EraseCounts():
            return apply_erasure(connection, change)
        case key_change:
            return key_table.apply(connection, key_change)
