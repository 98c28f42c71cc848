"""Rows of the audit as they lie in the database: whatever stands in them, they can be read."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    RowMapping,
    Text,
    case,
    cast,
    func,
    literal,
    type_coerce,
)
from sqlalchemy.types import NullType

from verdicts.ledger.access.audit_changes import CONTENT_BYTES, AuditRow
from verdicts.ledger.schema import AUDIT
from verdicts.record import rfc3339

COLUMNS = tuple(field.name for field in fields(AuditRow))
TEXTS = tuple(name for name in COLUMNS if name != "time")
HASH_BYTES = 32
READ = CONTENT_BYTES + 1
"""Bytes that are read of a text (PostgreSQL: characters): more than the ledger ever writes."""
NO_TIME = -1
DEPTH = 50
"""Of what is shown as JSON; what writes the answers gives up at 255."""


@dataclass(frozen=True, slots=True)
class Audit:
    """A row as it is stored."""

    id: int
    """From 1, without gaps."""
    row: AuditRow
    """Of what no ledger writes there, as much as can be shown; NO_TIME for what is no time."""
    hash: bytes
    """Empty if there are no HASH_BYTES."""
    exact: bool
    """False if some value is none that the ledger writes, so that nobody can check the row."""


def audit_columns(connection: Connection) -> Iterable[ColumnElement[Any]]:
    """Return what to select for `stored_audit`.

    SQLite takes values of any type into any column, and a text that is not UTF-8 ends a query.
    """
    yield type_coerce(AUDIT.c.id, NullType()).label("id")
    if connection.dialect.name == "sqlite":
        for name in ("time", "hash"):
            column = AUDIT.c[name]
            kind, read = ("integer", column) if name == "time" else ("blob", _start(column))
            yield type_coerce(case((func.typeof(column) == kind, read)), NullType()).label(name)
        for name in TEXTS:
            part = func.substr(cast(AUDIT.c[name], LargeBinary), 1, READ)
            raw = func.coalesce(part, literal(b"", LargeBinary))  # a part of nothing is NULL
            is_text = func.typeof(AUDIT.c[name]) == "text"
            # What is no text is shown, too, but as two columns
            yield type_coerce(raw, NullType()).label(name)
            yield type_coerce(is_text, NullType()).label(f"{name}_is_text")
        return
    yield AUDIT.c.time
    yield type_coerce(_start(AUDIT.c.hash), NullType()).label("hash")
    for name in TEXTS:
        yield func.substr(cast(AUDIT.c[name], Text), 1, READ).label(name)


def stored_audit(found: RowMapping) -> Audit:
    """Return the row that was selected; never raises."""
    texts, exact = {}, True
    for name in TEXTS:
        texts[name], right = _text(found[name])
        exact = exact and right and bool(found.get(f"{name}_is_text", True))
    time, digest = found["time"], found["hash"]
    timely = isinstance(time, int)
    whole = isinstance(digest, bytes) and len(digest) == HASH_BYTES
    row = AuditRow(time=time if timely else NO_TIME, **texts)
    return Audit(found["id"], row, digest if whole else b"", exact and timely and whole)


def as_shown(one: Audit) -> dict[str, object]:
    """Return a row as the API and the command line show it; its texts are untrusted."""
    row = one.row
    return {
        "id": one.id,
        "time": _moment(row.time),
        "actor": row.actor,
        "credential": row.credential,
        "address": row.address,
        "action": row.action,
        "about": row.about,
        "before": _content(row.before),
        "after": _content(row.after),
        "request": row.request,
        "hash": one.hash.hex(),
    }


def _start(column: ColumnElement[bytes]) -> ColumnElement[bytes]:
    return func.substr(column, 1, HASH_BYTES + 1)


def _text(value: object) -> tuple[str, bool]:
    """Return the text, as far as it is one, and whether it is."""
    if isinstance(value, str):
        return value, True
    if not isinstance(value, bytes):
        return "", False
    try:
        return value.decode(), True
    except UnicodeDecodeError:
        return value.decode(errors="replace"), False


def _moment(stamp: int) -> str | None:
    """Return RFC 3339; None for what is no time, or one that cannot be written so."""
    try:
        return rfc3339(stamp) if stamp >= 0 else None
    except OverflowError:
        return None


def _content(text: str) -> object:
    """Return what the JSON says; what somebody made of it by hand is shown as it is."""
    try:
        content = json.loads(text) if text else None
        # No NaN, no half of a surrogate pair: an answer could not hold them
        json.dumps(content, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return text
    return content if _fits(content, DEPTH) else text


def _fits(content: object, depth: int) -> bool:
    """Tell if lists and tables lie at most so deep in each other."""
    if not isinstance(content, list | dict):
        return True
    inner = content.values() if isinstance(content, dict) else content
    return depth > 0 and all(_fits(one, depth - 1) for one in inner)
