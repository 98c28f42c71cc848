"""API keys in the database: only their hashes, never the keys."""

import hashlib
import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from verdicts.ledger.questions import KeyChange, KeyUsed, RevokeKey, Role, StoreKey
from verdicts.ledger.schema import API_KEY
from verdicts.record import rfc3339

KEY_START = "dk_"
PREFIX_LENGTH = len(KEY_START) + 8
NO_HASH = bytes(32)
TOKEN_START = "oidc:"  # noqa: S105 - a word
"""The prefix of who came with a token of an OIDC issuer begins so; no table knows these."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """All that is known of a key; times in microseconds since 1970 UTC."""

    prefix: str
    """The first characters of the key: what people tell keys apart by."""
    name: str
    role: Role
    created: int
    expires: int | None
    revoked: int | None
    last_used: int | None
    """To about ten minutes."""
    scopes: tuple[str, ...] = ()
    """What the key is limited to; () is all that its role may do."""

    def valid(self, now: int) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)


def apply(connection: Connection, change: KeyChange) -> bool:
    """Change the table in the caller's transaction; return whether something changed."""
    match change:
        case StoreKey():
            return _store(connection, change)
        case RevokeKey(prefix, now):
            query = update(API_KEY).where(API_KEY.c.prefix == prefix, API_KEY.c.revoked.is_(None))
            return connection.execute(query.values(revoked=now)).rowcount > 0
        case KeyUsed(prefix, now):
            query = update(API_KEY).where(API_KEY.c.prefix == prefix)
            return connection.execute(query.values(last_used=now)).rowcount > 0


def key_digest(key: str) -> bytes:
    """Return what is stored of a key.  256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).digest()


def find_key(connection: Connection, key: str) -> ApiKey | None:
    """Return what is known of a whole key, whether still valid or not; None for a wrong one."""
    if not (key.isascii() and key.isprintable()):  # databases do not take every text
        return None
    query = select(API_KEY).where(API_KEY.c.prefix == key[:PREFIX_LENGTH])
    row = connection.execute(query).mappings().first()
    stored = NO_HASH if row is None else row["hash"]
    right = hmac.compare_digest(stored, key_digest(key))  # as much work for an unknown prefix
    return _key(row) if right and row is not None else None


def key_of_prefix(connection: Connection, prefix: str) -> ApiKey | None:
    """Return what is known of the key, whether still valid or not; None if there is none."""
    query = select(API_KEY).where(API_KEY.c.prefix == prefix)
    row = connection.execute(query).mappings().first()
    return None if row is None else _key(row)


def still_valid(connection: Connection, key: ApiKey, now: int) -> bool:
    """Tell if a key that was found before has neither been revoked nor expired since."""
    if key.prefix.startswith(TOKEN_START):
        return key.valid(now)
    known = key_of_prefix(connection, key.prefix)
    return known is not None and known.valid(now)


def key_row(key: ApiKey | StoreKey) -> dict[str, object]:
    """Return what the API, the command line and the audit show of a key."""
    return {
        "prefix": key.prefix,
        "name": key.name,
        "role": key.role.value,
        "scopes": list(key.scopes),
        "created": rfc3339(key.created),
        "expires": None if key.expires is None else rfc3339(key.expires),
    }


def stored_row(key: ApiKey) -> dict[str, object]:
    """Return `key_row` and what became of the key."""
    moments = {"revoked": key.revoked, "last_used": key.last_used}
    late = {name: None if at is None else rfc3339(at) for name, at in moments.items()}
    return {**key_row(key), **late}


def list_keys(connection: Connection) -> list[ApiKey]:
    """Return all keys, the revoked and expired ones included, oldest first."""
    query = select(API_KEY).order_by(API_KEY.c.created, API_KEY.c.prefix)
    return [_key(row) for row in connection.execute(query).mappings()]


def _store(connection: Connection, key: StoreKey) -> bool:
    digest = bytes.fromhex(key.hash)
    same = select(API_KEY.c.prefix).where(
        or_(API_KEY.c.hash == digest, API_KEY.c.prefix == key.prefix)
    )
    if connection.execute(same).first():
        return False
    row = {
        "hash": digest,
        "prefix": key.prefix,
        "name": key.name,
        "role": key.role.value,
        "created": key.created,
        "expires": key.expires,
        "scopes": " ".join(key.scopes),
    }
    connection.execute(insert(API_KEY).values(row))
    return True


def _key(row: RowMapping) -> ApiKey:
    return ApiKey(
        prefix=row["prefix"],
        name=row["name"],
        role=Role(row["role"]),
        created=row["created"],
        expires=row["expires"],
        revoked=row["revoked"],
        last_used=row["last_used"],
        scopes=tuple(row["scopes"].split()),
    )
