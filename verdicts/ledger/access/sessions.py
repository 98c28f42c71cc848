"""Sessions of the dashboard in the database: only hashes of what browsers hold."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from verdicts.ledger.access.key_table import ApiKey, key_of_prefix
from verdicts.ledger.access.session_changes import (
    EndSession,
    SessionChange,
    SessionSeen,
    StartSession,
)
from verdicts.ledger.schema import SESSION

SESSIONS_A_KEY = 50
"""At a time; whoever signs in once more ends the one that was unused for longest."""


@dataclass(frozen=True, slots=True)
class Session:
    """All that is known of a session; times in microseconds since 1970 UTC."""

    key: ApiKey
    created: int
    seen: int
    """When it was last used, to about a minute."""
    expires: int

    def valid(self, now: int, idle: int) -> bool:
        """Tell if it still counts, having been unused for less than `idle` microseconds."""
        return self.key.valid(now) and now < self.expires and now < self.seen + idle


def session_digest(token: str) -> str:
    """Return what is stored of a session: 64 hex digits.  256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def apply(connection: Connection, change: SessionChange) -> bool:
    """Change the table in the caller's transaction; return whether something changed."""
    digest = bytes.fromhex(change.hash)
    match change:
        case StartSession():
            return _start(connection, change, digest)
        case SessionSeen():
            later = update(SESSION).where(SESSION.c.hash == digest, SESSION.c.seen < change.now)
            return connection.execute(later.values(seen=change.now)).rowcount > 0
        case EndSession():
            gone = delete(SESSION).where(SESSION.c.hash == digest)
            return connection.execute(gone).rowcount > 0


def find_session(connection: Connection, token: str) -> Session | None:
    """Return what is known of a session, whether it still counts or not; None for a wrong one."""
    digest = bytes.fromhex(session_digest(token))
    row = connection.execute(select(SESSION).where(SESSION.c.hash == digest)).first()
    key = None if row is None else key_of_prefix(connection, row.key)
    if row is None or key is None:
        return None
    return Session(key, row.created, row.seen, row.expires)


def _start(connection: Connection, new: StartSession, digest: bytes) -> bool:
    if key_of_prefix(connection, new.key) is None:
        return False
    connection.execute(delete(SESSION).where(SESSION.c.expires <= new.now))
    others = select(SESSION.c.hash).where(SESSION.c.key == new.key)
    others = others.order_by(SESSION.c.seen.desc()).offset(SESSIONS_A_KEY - 1)
    surplus = [row.hash for row in connection.execute(others)]
    if surplus:
        connection.execute(delete(SESSION).where(SESSION.c.hash.in_(surplus)))
    row = {
        "hash": digest,
        "key": new.key,
        "created": new.now,
        "seen": new.now,
        "expires": new.expires,
    }
    connection.execute(insert(SESSION).values(row))
    return True
