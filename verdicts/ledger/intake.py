"""Records as they come in -> the database; what can never be stored is refused, loudly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import DataError, IntegrityError

from verdicts.ledger.entry import BadRecord, Entry, decode
from verdicts.ledger.journal import Kept
from verdicts.ledger.store import Writer

BAD_DATA = (DataError, IntegrityError, OverflowError, UnicodeError)
"""What a database raises for one bad row; everything else is the database's own trouble."""
Arriving = Callable[[Sequence[Entry]], Sequence[Entry]]
"""Makes of what comes what may be kept of it."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    new: Sequence[Entry]
    """Stored now, and not before."""
    refused: frozenset[bytes]
    """Ids of what can never be stored."""


def readable(records: Sequence[Kept]) -> tuple[list[Entry], set[bytes]]:
    """Return the records that are some, and the ids of the others."""
    entries: list[Entry] = []
    refused: set[bytes] = set()
    for key, payload in records:
        try:
            entries.append(decode(key, payload))
        except BadRecord as error:
            refused.add(key)
            log.exception("ledger.record_refused", transfer=key.hex(), reason=str(error))
    return entries, refused


def store(writer: Writer, records: Sequence[Kept], arriving: Arriving | None = None) -> Outcome:
    """Store them, durable on return; raise what the database raises when it is in trouble."""
    entries, refused = readable(records)
    new = _write(writer, arriving(entries) if arriving else entries, refused)
    return Outcome(new, frozenset(refused))


def _write(writer: Writer, entries: Sequence[Entry], refused: set[bytes]) -> list[Entry]:
    """Write all; if the database finds fault with one of them, write the others."""
    try:
        return writer.write(entries)
    except BAD_DATA:
        if len(entries) == 1:
            refused.add(entries[0].verdict.id)
            log.exception("ledger.record_refused", record=repr(entries[0]))
            return []
    return [new for entry in entries for new in _write(writer, [entry], refused)]
