"""Where the ledger is, and a change from outside: through it while it runs, else without it."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from verdicts.ledger.access.audit_changes import AddAudit
from verdicts.ledger.access.audit_trail import AuditTrail
from verdicts.ledger.changes import apply
from verdicts.ledger.questions import Audited, Change, LedgerAway, LedgerFailed, ask_change
from verdicts.ledger.store import Writer


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """Where the ledger and its database are."""

    url: str
    socket: Path
    state: Path
    """Folder with the key and the head of the audit."""


def change_at(place: LedgerPlace, change: Change | AddAudit | Audited) -> bool:
    """Return whether something changed; straight in the database if no ledger answers.

    Raise LedgerFailed.
    """
    try:
        return ask_change(place.socket, change)
    except LedgerAway:
        return _change_directly(place, change)


def _change_directly(place: LedgerPlace, change: Change | AddAudit | Audited) -> bool:
    try:
        writer = Writer(place.url)
        try:
            return apply(writer.connection(), change, AuditTrail(place.state))
        finally:
            writer.close()
    except SQLAlchemyError as error:
        raise LedgerFailed("neither a ledger nor the database answers") from error
