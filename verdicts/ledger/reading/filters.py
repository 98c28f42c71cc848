"""What a list of verdicts may be filtered by, and how each filter finds its rows.

A filter is a `Term`: by its index (`found`), or as a mere condition on rows that another index
found (`holds`), written so that no planner can take it for a path of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Integer,
    Table,
    Text,
    and_,
    cast,
    select,
)

from verdicts.ledger.schema import BEGINNING, BEGUN_BY, DETECTION, UNSCANNED, VERDICT, beginning

LAST_CHARACTER = "\U0010ffff"
Condition = ColumnElement[bool]
SURROGATES = range(0xD800, 0xE000)
TOGETHER = ("action", "level")
"""Filters that have an index together, beside one each."""
FOUND_IN = {"code": DETECTION, "name": DETECTION, "reason": UNSCANNED}
"""Filters that look at what was found in a file."""


class Sort(StrEnum):
    """Of equal size by time, of equal time by id."""

    NEWEST = "-time"
    OLDEST = "time"
    LARGEST = "-size"
    SMALLEST = "size"

    @property
    def descending(self) -> bool:
        return self.value.startswith("-")

    @property
    def names(self) -> tuple[str, ...]:
        """Columns by whose index the list is sorted, but for the id."""
        return ("time",) if self in {Sort.NEWEST, Sort.OLDEST} else ("size", "time")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which verdicts to list; None leaves a field open.  Texts match exactly."""

    since: int | None = None
    """Microseconds since 1970 UTC: since <= time < until."""
    until: int | None = None
    action: str | None = None
    level: str | None = None
    channel: str | None = None
    direction: str | None = None
    user: str | None = None
    client_ip: str | None = None
    sha256: str | None = None
    code: str | None = None
    """Some detection has this code; with `name`, the same detection has both."""
    name: str | None = None
    """The engine's own name of a detection."""
    reason: str | None = None
    """Some part was not scanned for this reason."""
    true_type: str | None = None
    clause: str | None = None
    service: str | None = None
    enforced: bool | None = None
    file_name: str | None = None
    """With a star at the end: begins with what stands before it; `\\*` is a star."""
    url: str | None = None
    """As `file_name`."""


@dataclass(frozen=True, slots=True)
class Term:
    """One filter."""

    table: Table
    """Has `found` indexed, the time behind it."""
    found: Condition
    ordered: bool
    """The index gives its rows by time; else by what they begin with."""
    rest: Condition | None
    """What `found` leaves open, on a row of VERDICT."""
    holds: Condition
    """The whole condition, on a row of VERDICT."""


def terms(filters: Filters) -> list[Term]:
    """Return all but the range of time."""
    given = {field.name: getattr(filters, field.name) for field in fields(filters)}
    given = {name: wanted for name, wanted in given.items() if wanted is not None}
    found = [
        term
        for name, wanted in given.items()
        if name not in {"since", "until", *TOGETHER}
        for term in _term(name, wanted, given)
    ]
    words = {name: given[name] for name in TOGETHER if name in given}
    return [_equal(words), *found] if words else found


def unindexed(column: Column[Any]) -> ColumnElement[Any]:
    """Return the same value as an expression that no index has."""
    match column.type:
        case Boolean():
            return cast(column, Integer)
        case Text():
            return column.concat("")
    return column + 0


def between_moments(time: ColumnElement[int], filters: Filters) -> list[Condition]:
    since = [] if filters.since is None else [time >= filters.since]
    return since if filters.until is None else [*since, time < filters.until]


def _term(name: str, wanted: str | bool, given: dict[str, str]) -> list[Term]:
    if name in FOUND_IN:
        return [_inside(name, given)]
    if name in BEGUN_BY:
        return _long_text(VERDICT.c[name], str(wanted))
    return [_equal({name: wanted})]


def _equal(wanted: Mapping[str, str | bool]) -> Term:
    """All of them have one index."""
    found = [VERDICT.c[name] == value for name, value in wanted.items()]
    holds = [
        unindexed(VERDICT.c[name]) == (int(value) if isinstance(value, bool) else value)
        for name, value in wanted.items()
    ]
    return Term(VERDICT, and_(*found), True, None, and_(*holds))


def _inside(name: str, given: dict[str, str]) -> Term:
    """Look for one row of what was found that has all that is wanted of it."""
    table = FOUND_IN[name]
    together = [other for other in given if FOUND_IN.get(other) is table]
    same = [unindexed(table.c[other]) == given[other] for other in together]
    # No EXISTS: PostgreSQL would join with all that was ever found instead of looking row by row
    one = select(table.c.position).where(table.c.verdict == VERDICT.c.id, *same).limit(1)
    holds = one.scalar_subquery().is_not(None)
    rest = holds if len(together) > 1 else None
    return Term(table, table.c[name] == given[name], True, rest, holds)


def _long_text(column: Column[str], wanted: str) -> list[Term]:
    text = wanted.removesuffix("*")
    begun = text != wanted and not text.endswith("\\")
    if not begun:
        text = text[:-1] + "*" if text != wanted else wanted
    if begun and not text:
        return []
    key = beginning(column)
    whole = begins(column, text) if begun else column == text
    if begun and len(text) < BEGINNING:
        return [Term(VERDICT, begins(key, text), False, None, whole)]
    return [Term(VERDICT, key == text[:BEGINNING], True, whole, whole)]


def begins(column: ColumnElement[str], text: str) -> Condition:
    """Compare with a range: no pattern, in which some characters would mean something else."""
    end = _after(text)
    return and_(column >= text, column < end) if end else column >= text


def _after(text: str) -> str:
    """Return the least text behind all that begin with this one; empty if there is none."""
    kept = text.rstrip(LAST_CHARACTER)
    if not kept:
        return ""
    code = ord(kept[-1]) + 1
    return kept[:-1] + chr(SURROGATES.stop if code in SURROGATES else code)
