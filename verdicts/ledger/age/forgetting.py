"""Having a user forgotten from outside: through the ledger while it runs, else without it."""

from collections.abc import Callable

from verdicts.ledger.access.audit_changes import AddAudit
from verdicts.ledger.access.keys import local_row
from verdicts.ledger.access.place import LedgerPlace, change_at
from verdicts.ledger.age.erasure import erasures
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.store import Writer
from verdicts.model import utc_now
from verdicts.record import microseconds


def forget_user(
    place: LedgerPlace, user: str, pseudonym: str, progress: Callable[[str, int, int], None]
) -> None:
    """Return when nothing names the user any more; the audit names the pseudonym.

    `progress` is told what is done, how many steps are done, and of how many.  Raises
    LedgerFailed, LogUnavailable.
    """
    Writer(place.url).close()  # brings the tables up to date
    reader = Reader(place.url)
    try:
        with reader.connect() as connection:
            steps = list(erasures(connection, user))
    finally:
        reader.close()
    for number, (step, again) in enumerate(steps):
        progress("forgetting", number, len(steps))
        while change_at(place, step) and again:
            pass
    change_at(place, AddAudit(local_row(microseconds(utc_now()), "user.erased", pseudonym)))
