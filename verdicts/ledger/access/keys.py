"""API keys: making, listing and revoking them on this machine, and the first admin key."""

import os
import secrets
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from scanners.private_file import write_new
from verdicts.ledger.access import key_table
from verdicts.ledger.access.audit_changes import AuditRow, audit_row
from verdicts.ledger.access.key_table import KEY_START, PREFIX_LENGTH, ApiKey, key_digest, key_row
from verdicts.ledger.access.place import LedgerPlace, change_at
from verdicts.ledger.access.scopes import Scope
from verdicts.ledger.questions import (
    Audited,
    LedgerFailed,
    LogUnavailable,
    RevokeKey,
    Role,
    StoreKey,
)
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

ADMIN_KEY_FILE = "admin.key"
COMMAND_LINE = "command line"
SERVICE = "douane serve"
RESERVED_NAMES = frozenset({COMMAND_LINE, SERVICE})
"""Actors of the audit that are no keys."""


def create_key(
    place: LedgerPlace,
    name: str,
    role: Role,
    now: datetime,
    lifetime: timedelta | None = None,
    *,
    scopes: tuple[Scope, ...] = (),
) -> str:
    """Return a new key; it is kept nowhere else.  Without `lifetime` it does not expire."""
    key = make_key()
    if not _store(place, new_key(key, name, role, now, lifetime, scopes=scopes), COMMAND_LINE):
        raise LedgerFailed("another key begins as this one would; try again")
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
    change = RevokeKey(prefix, microseconds(now))
    return change_at(place, Audited(change, local_row(change.now, "key.revoked", prefix)))


def ensure_admin_key(place: LedgerPlace, now: datetime) -> Path:
    """Write the first admin key, readable by its owner only; return the path of its file.

    Does nothing once any key exists, so that a deleted file stays deleted.  A file whose key the
    database does not know (a new database, a crash in between) is made to work again.
    """
    path = place.state / ADMIN_KEY_FILE
    if not path.exists():
        if list_keys(place):
            return path
        write_new(path, make_key() + "\n")
    _store(place, new_key(path.read_text().strip(), "first admin key", Role.ADMIN, now), SERVICE)
    return path


def is_reserved(name: str) -> bool:
    """Tell if the audit would take the name for one of ours, or people would."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()) in RESERVED_NAMES


def make_key() -> str:
    """Return 256 random bits as a key."""
    return KEY_START + secrets.token_urlsafe(32)


def new_key(
    key: str,
    name: str,
    role: Role,
    now: datetime,
    lifetime: timedelta | None = None,
    *,
    scopes: tuple[Scope, ...] = (),
) -> StoreKey:
    """Return what is stored of a key."""
    return StoreKey(
        hash=key_digest(key).hex(),
        prefix=key[:PREFIX_LENGTH],
        name=name,
        role=role,
        created=microseconds(now),
        expires=None if lifetime is None else microseconds(now + lifetime),
        scopes=scopes,
    )


def local_row(
    now: int,
    action: str,
    about: str,
    *,
    before: object = None,
    after: object = None,
    actor: str = COMMAND_LINE,
) -> AuditRow:
    """Return the row of the audit for what somebody does on this machine."""
    uid = f"uid {os.getuid()}"
    return audit_row(now, actor, action, about, before=before, after=after, credential=uid)


def _store(place: LedgerPlace, key: StoreKey, actor: str) -> bool:
    row = local_row(key.created, "key.created", key.prefix, after=key_row(key), actor=actor)
    return change_at(place, Audited(key, row))


def _require_database(place: LedgerPlace) -> None:
    """Create the tables if nobody has yet; raise LogUnavailable."""
    try:
        Writer(place.url).close()
    except SQLAlchemyError as error:
        raise LogUnavailable("the database cannot be used") from error
