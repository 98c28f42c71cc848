"""The audit: who changed or revealed what, as rows of which each one vouches for the one before."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields

from sqlalchemy import Connection, RowMapping, insert, select, type_coerce
from sqlalchemy.types import NullType

from verdicts.ledger.access.audit_changes import AuditRow, check_audit
from verdicts.ledger.access.audit_trail import BEGIN, AuditTrail, Link
from verdicts.ledger.schema import AUDIT
from verdicts.record import rfc3339

SHOWN = 100
"""Problems that `verify` names; it counts the others."""
AT_ONCE = 1000
"""Rows that `verify` holds in memory: at most 40 MiB."""
COLUMNS = tuple(field.name for field in fields(AuditRow))


@dataclass(frozen=True, slots=True)
class Audit:
    """A row as it is stored."""

    id: int
    """From 1, without gaps."""
    row: AuditRow
    hash: bytes


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """Which rows to list; None leaves a field open."""

    since: int | None = None
    """Microseconds since 1970 UTC: since <= time < until."""
    until: int | None = None
    actor: str | None = None
    action: str | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What `verify` found."""

    rows: int
    head: Link
    """The last row."""
    problems: tuple[str, ...]
    """The first SHOWN, in order of the rows."""
    more: int
    """Problems that are not named."""


def append(connection: Connection, row: AuditRow, trail: AuditTrail) -> Link:
    """Store the row in the caller's transaction; return what to keep once that is committed.

    Goes on after the last row, or after the head if that is gone: what was cut off leaves a gap
    that no later row closes.  Raise ValueError for what no `audit_row` is, AuditKeyUnusable.
    """
    check_audit(row)
    trail.ensure_key()
    before = _end(connection, trail.head())
    new = before.id + 1
    digest = trail.hash(before.hash, _encoded(new, row))
    values = {"id": new, **{name: getattr(row, name) for name in COLUMNS}, "hash": digest}
    connection.execute(insert(AUDIT).values(values))
    return Link(new, digest)


def audit_page(
    connection: Connection, filters: AuditFilters, limit: int, before: int | None = None
) -> tuple[Audit, ...]:
    """Return up to `limit` rows, newest first, of those older than row `before`."""
    query = select(AUDIT)
    for name in ("actor", "action", "about"):
        wanted = getattr(filters, name)
        if wanted is not None:
            query = query.where(AUDIT.c[name] == wanted)
    if filters.since is not None:
        query = query.where(AUDIT.c.time >= filters.since)
    if filters.until is not None:
        query = query.where(AUDIT.c.time < filters.until)
    if before is not None:
        query = query.where(AUDIT.c.id < before)
    query = query.order_by(AUDIT.c.id.desc()).limit(limit)
    return tuple(map(_audit, connection.execute(query).mappings()))


def as_shown(one: Audit) -> dict[str, object]:
    """Return a row as the API and the command line show it; its texts are untrusted."""
    row = one.row
    return {
        "id": one.id,
        "time": rfc3339(row.time),
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


def verify(
    connection: Connection, trail: AuditTrail, head: Link | None, witness: Link | None = None
) -> Checked:
    """Look at every row; `head` is what the trail said before the connection began to read.

    `witness` is a row as somebody else noted it, who has to be right, too.
    A row is right if its hash is the one of its content and of the row before it, and its id the
    next one.  Memory does not grow with the number of rows.
    """
    problems: list[str] = []
    rows = found = 0
    last = BEGIN
    noted = {link for link in (head, witness) if link is not None}
    for one in _rows(connection):
        wrong = _wrong(one, last, trail)
        if wrong:
            found += 1
            problems += [wrong] if len(problems) < SHOWN else []
        last = Link(one.id, one.hash)
        noted.discard(last)
        rows += 1
    ending = _wrong_end(last, head)
    others = [f"row {link.id} is not the one that was noted" for link in noted]
    return Checked(rows, last, (*problems, *(ending or others)), found - len(problems))


def _wrong(one: Audit, last: Link, trail: AuditTrail) -> str:
    """Say what is wrong with a row that follows `last`; empty if nothing is."""
    if one.id > last.id + 1:
        missing = f"{last.id + 1}" if one.id == last.id + 2 else f"{last.id + 1} to {one.id - 1}"
        return f"missing before row {one.id}: {missing}"
    try:
        right = one.id > last.id and one.hash == trail.hash(last.hash, _encoded(one.id, one.row))
    except TypeError:  # SQLite takes values of any type into any column
        right = False
    return "" if right else f"row {one.id} was changed, or was not written by the ledger"


def _wrong_end(last: Link, head: Link | None) -> tuple[str, ...]:
    if head is None:
        unknown = "there is no head: nobody can tell if rows were cut off at the end"
        return () if last == BEGIN else (unknown,)
    if last.id < head.id:
        return (f"cut off at the end: {last.id + 1} to {head.id}",)
    return ()


def _end(connection: Connection, head: Link | None) -> Link:
    """Return the row after which the next one goes."""
    query = select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    last = BEGIN if row is None else Link(row.id, row.hash)
    return head if head is not None and head.id > last.id else last


def _rows(connection: Connection) -> Iterator[Audit]:
    """Yield every row by id, AT_ONCE read at a time; ids that no ledger gives come first."""
    last: int | None = None
    columns = [column for column in AUDIT.c if column.name != "hash"]
    raw = type_coerce(AUDIT.c.hash, NullType()).label("hash")  # what is no bytes stays what it is
    while True:
        query = select(*columns, raw).order_by(AUDIT.c.id).limit(AT_ONCE)
        if last is not None:
            query = query.where(AUDIT.c.id > last)
        page = [_audit(row) for row in connection.execute(query).mappings()]
        yield from page
        if len(page) < AT_ONCE:
            return
        last = page[-1].id


def _audit(row: RowMapping) -> Audit:
    content = AuditRow(**{name: row[name] for name in COLUMNS})
    return Audit(row["id"], content, row["hash"])


def _content(text: str) -> object:
    """Return what the JSON says; what somebody made of it by hand is shown as it is."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text


def _encoded(number: int, row: AuditRow) -> bytes:
    """Return the one text that stands for this content: a JSON list, in the order of the columns.

    Raise TypeError for bytes.
    """
    content = [number, *(getattr(row, name) for name in COLUMNS)]
    return json.dumps(content, separators=(",", ":")).encode()
