"""API keys: making, listing, revoking, checking them, and the first admin key.

Changes go through the ledger while it runs, and straight to the database while it does not.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from verdicts.ledger import key_table
from verdicts.ledger.key_table import KEY_START, PREFIX_LENGTH, ApiKey, key_digest
from verdicts.ledger.queries import Reader
from verdicts.ledger.questions import (
    KeyChange,
    LedgerAway,
    RevokeKey,
    Role,
    StoreKey,
    ask_change,
)
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

ADMIN_KEY_FILE = "admin.key"


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """Where the ledger and its database are."""

    url: str
    socket: Path


def create_key(
    place: LedgerPlace, name: str, role: Role, now: datetime, lifetime: timedelta | None = None
) -> str:
    """Return a new key; it is kept nowhere else.  Without `lifetime` it does not expire."""
    key = KEY_START + secrets.token_urlsafe(32)
    _change(place, _new(key, name, role, now, lifetime))
    return key


def list_keys(place: LedgerPlace) -> list[ApiKey]:
    """Return all keys, revoked and expired ones included, oldest first."""
    _require_database(place)
    reader = Reader(place.url)
    try:
        with reader.connect() as connection:
            return key_table.list_keys(connection)
    finally:
        reader.close()


def revoke_key(place: LedgerPlace, prefix: str, now: datetime) -> bool:
    """Return whether there was such a key that was not yet revoked."""
    return _change(place, RevokeKey(prefix, microseconds(now)))


def ensure_admin_key(state: Path, place: LedgerPlace, now: datetime) -> Path:
    """Write the first admin key, readable by its owner only; return the path of its file.

    Does nothing once any key exists, so that a deleted file stays deleted.  A file whose key the
    database does not know (a new database, a crash in between) is made to work again.
    """
    path = state / ADMIN_KEY_FILE
    if not path.exists():
        if list_keys(place):
            return path
        _write_new(path, KEY_START + secrets.token_urlsafe(32))
    _change(place, _new(path.read_text().strip(), "first admin key", Role.ADMIN, now))
    return path


def _write_new(path: Path, key: str) -> None:
    """Create the file whole or not at all."""
    partial = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "w") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)
    finally:
        partial.unlink()


def _new(
    key: str, name: str, role: Role, now: datetime, lifetime: timedelta | None = None
) -> StoreKey:
    return StoreKey(
        hash=key_digest(key).hex(),
        prefix=key[:PREFIX_LENGTH],
        name=name,
        role=role,
        created=microseconds(now),
        expires=None if lifetime is None else microseconds(now + lifetime),
    )


def _change(place: LedgerPlace, change: KeyChange) -> bool:
    try:
        return ask_change(place.socket, change)
    except LedgerAway:
        writer = Writer(place.url)
        try:
            return key_table.apply(writer.connection(), change)
        finally:
            writer.close()


def _require_database(place: LedgerPlace) -> None:
    """Create the tables if nobody has yet."""
    Writer(place.url).close()
