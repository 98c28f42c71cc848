"""Which transfers of a content passed?  For those who know later that it is bad."""

from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass, fields

from sqlalchemy import Connection, select

from verdicts.ledger.schema import VERDICT
from verdicts.model import Action
from verdicts.record import id_text

CHUNK = 500
"""Hashes in one query."""
PART = 1000
"""Rows that are held at once."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A transfer that was allowed, and that nothing but observing had to let pass.  Untrusted."""

    verdict: str
    """Id of the transfer."""
    time: int
    """Microseconds since 1970 UTC."""
    sha256: str
    size: int
    file_name: str
    declared_type: str
    direction: str
    channel: str
    url: str
    user: str
    client_ip: str


_COLUMNS = [VERDICT.c.id, *(VERDICT.c[one.name] for one in fields(Passed)[1:])]


def allowed_contents(
    connection: Connection,
    hashes: Collection[str],
    since: int,
    most: int,
    told: Set[str] = frozenset(),
) -> Iterator[Passed]:
    """Yield up to `most` transfers of these contents (SHA-256, lower case), newest of 500 first.

    `since` is in microseconds since 1970 UTC.  Of a watched clause that would have blocked, no
    transfer is among them: that was known.  Nor are those of the ids `told`.
    """
    ordered = sorted(hashes)
    for start in range(0, len(ordered), CHUNK):
        query = (
            select(*_COLUMNS)
            .where(
                VERDICT.c.sha256.in_(ordered[start : start + CHUNK]),
                VERDICT.c.time >= since,
                # It was done, too; to ask for the action has SQLite read all that was allowed.
                VERDICT.c.wanted == Action.ALLOW.value,
            )
            .order_by(VERDICT.c.time.desc())
            .limit(most + len(told))
            .execution_options(yield_per=PART)
        )
        for key, *rest in connection.execute(query):
            if (verdict := id_text(key)) in told:
                continue
            if most <= 0:
                return
            yield Passed(verdict, *rest)
            most -= 1
        if most <= 0:
            return
