"""The audit: who changed or revealed what, as rows of which each one vouches for the one before."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Select, exists, insert, select

from verdicts.ledger.access.audit_changes import AuditRow, check_audit
from verdicts.ledger.access.audit_rows import COLUMNS, Audit, audit_columns, stored_audit
from verdicts.ledger.access.audit_trail import BEGIN, AuditTrail, Link
from verdicts.ledger.schema import AUDIT

SHOWN = 100
"""Problems that `verify` names; it counts the others."""
AT_ONCE = 200
"""Rows that `verify` holds in memory: 8 MiB of ours, 100 MiB of whatever somebody wrote there."""
LAST_ID = 2**62
"""Rows above it are none of the ledger's as long as a head says so: databases count to 2^63 - 1."""


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

    @property
    def words(self) -> str:
        """The outcome in a sentence."""
        wrong = "and the audit is not as it was written" if self.problems else "nothing wrong"
        return f"{self.rows} rows, {wrong}"


def append(connection: Connection, row: AuditRow, trail: AuditTrail) -> Link:
    """Store the row in the caller's transaction; return what to keep once that is committed.

    Goes on after the head, also if its row is gone: what was cut off leaves a gap that no later
    row closes.  Where rows follow the head already, it goes on after them.  Raise ValueError for
    what no `audit_row` is, AuditKeyUnusable.
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
    query = select(*audit_columns(connection))
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
    return tuple(map(stored_audit, connection.execute(query).mappings()))


def verify(
    connection: Connection, trail: AuditTrail, head: Link | None, witness: Link | None = None
) -> Checked:
    """Look at every row; `head` is what the trail said before the connection began to read.

    `witness` is a row as somebody else noted it, who has to be right, too.
    A row is right if its hash is the one of its content and of the row before it, and its id the
    next one; what cannot be checked is a problem, too.  Memory grows with neither the number of
    rows nor what somebody wrote into them.
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
        last = Link(one.id, one.hash) if one.id > BEGIN.id else last
        noted.discard(last)
        rows += 1
    ending = _wrong_end(last, head)
    others = [f"row {link.id} is not the one that was noted" for link in noted]
    return Checked(rows, last, (*problems, *(ending or others)), found - len(problems))


def _wrong(one: Audit, last: Link, trail: AuditTrail) -> str:
    """Say what is wrong with a row that follows `last`; empty if nothing is."""
    if one.id > last.id + 1:
        missing = f"{last.id + 1}" if one.id == last.id + 2 else f"{last.id + 1} to {one.id - 1}"
        return f"missing before row {one.id}: {missing}; row {one.id} cannot be checked"
    if not one.exact:
        return f"row {one.id} cannot be checked: it holds values that the ledger never writes"
    if not last.hash:
        return f"row {one.id} cannot be checked: row {last.id} has no hash that can be read"
    right = one.id > last.id and one.hash == trail.hash(last.hash, _encoded(one.id, one.row))
    return "" if right else f"row {one.id} was changed, or was not written by the ledger"


def _wrong_end(last: Link, head: Link | None) -> tuple[str, ...]:
    if head is None:
        unknown = "there is no head: nobody can tell if rows were cut off at the end"
        return () if last == BEGIN else (unknown,)
    if last.id < head.id:
        return (f"cut off at the end: {last.id + 1} to {head.id}",)
    return ()


def _end(connection: Connection, head: Link | None) -> Link:
    """Return the row after which the next one goes: with no row behind it, if there is a head.

    That may be the head itself, or what was written before a crash and never became the head.
    """
    newest = select(*audit_columns(connection)).where(AUDIT.c.id < LAST_ID).limit(1)
    if head is None:
        return _link(connection, newest.order_by(AUDIT.c.id.desc())) or BEGIN
    later = AUDIT.alias()
    if connection.execute(select(later.c.id).where(later.c.id == head.id + 1)).first() is None:
        return head
    behind = exists().where(later.c.id == AUDIT.c.id + 1)
    unfollowed = newest.where(AUDIT.c.id > head.id, ~behind).order_by(AUDIT.c.id)
    return _link(connection, unfollowed) or head


def _link(connection: Connection, query: Select[*tuple[object, ...]]) -> Link | None:
    found = connection.execute(query).mappings().first()
    if found is None:
        return None
    one = stored_audit(found)
    return Link(one.id, one.hash)


def _rows(connection: Connection) -> Iterator[Audit]:
    """Yield every row by id, AT_ONCE read at a time; ids that no ledger gives come first."""
    query = select(*audit_columns(connection)).order_by(AUDIT.c.id).limit(AT_ONCE)
    page = _page(connection, query)
    while page:
        yield from page
        page = _page(connection, query.where(AUDIT.c.id > page[-1].id))


def _page(connection: Connection, query: Select[*tuple[object, ...]]) -> list[Audit]:
    return list(map(stored_audit, connection.execute(query).mappings()))


def _encoded(number: int, row: AuditRow) -> bytes:
    """Return the one text that stands for this content: a JSON list in the order of columns."""
    content = [number, *(getattr(row, name) for name in COLUMNS)]
    return json.dumps(content, separators=(",", ":")).encode()
