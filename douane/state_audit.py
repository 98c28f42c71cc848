"""What the audit says of copies of the state, and which keys a restored one brings back."""

from pathlib import Path

from douane.ledger_place import ledger_place
from douane.settings import Settings
from verdicts.ledger.access.audit_changes import AddAudit
from verdicts.ledger.access.key_table import ApiKey
from verdicts.ledger.access.keys import list_keys, local_row
from verdicts.ledger.access.place import change_at
from verdicts.ledger.backup import NotEmbedded, database_file
from verdicts.model import utc_now
from verdicts.record import microseconds


def note_copy(settings: Settings, target: Path) -> None:
    """Write into the audit that there is a copy now; raise LedgerFailed."""
    _note(settings, "state.copied", str(target.absolute()))


def note_restore(settings: Settings, copy: Path, former: Path | None) -> None:
    """Write into the audit that goes on from here that it does; raise LedgerFailed.

    What was done after the copy was made is in the audit of the state that was set aside.
    """
    _note(settings, "state.restored", str(copy.absolute()), str(former) if former else None)


def valid_keys(settings: Settings) -> set[str]:
    """Return the prefixes of the keys that count; of none if there is no database yet."""
    try:
        if not database_file(settings.database.url).exists():
            return set()
    except NotEmbedded:
        pass
    now = microseconds(utc_now())
    return {key.prefix for key in list_keys(ledger_place(settings)) if key.valid(now)}


def revived_keys(settings: Settings, before: set[str]) -> list[ApiKey]:
    """Return the keys that count now and did not count before."""
    now = microseconds(utc_now())
    keys = list_keys(ledger_place(settings))
    return [key for key in keys if key.valid(now) and key.prefix not in before]


def _note(settings: Settings, action: str, about: str, before: str | None = None) -> None:
    row = local_row(microseconds(utc_now()), action, about, before=before)
    change_at(ledger_place(settings), AddAudit(row))
