"""What is counted by key: adding up, and reading from the roll-up tables."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Label,
    Select,
    Table,
    Text,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import KeyedColumnElement

from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.stats.buckets import Span
from verdicts.model import Action

OTHER = "other"
"""The key of all that has no place of its own."""
BLOCKED = frozenset({Action.BLOCK.value, Action.CUT.value})
HELD = frozenset({Action.HOLD.value})


class Sum(NamedTuple):
    """Fields are the columns of a roll-up table."""

    transfers: int
    bytes: int
    blocked: int = 0
    """Transfers that were blocked, or cut off when a part had left already."""
    held: int = 0
    unscanned: int = 0
    """Transfers of which some part was not inspected."""


NOTHING = Sum(0, 0)
T = TypeVar("T")
Key = tuple[str, ...]
Rows = Select[*tuple[Any, ...]]
"""Selects keys, and fields of a Sum in their order."""


def add(total: dict[T, Sum], key: T, one: Sum) -> None:
    before = total.get(key)
    total[key] = one if before is None else plus(before, one)


def plus(one: Sum, other: Sum) -> Sum:
    return Sum(
        one[0] + other[0],
        one[1] + other[1],
        one[2] + other[2],
        one[3] + other[3],
        one[4] + other[4],
    )


def key_columns(table: Table) -> list[Column[str]]:
    """Return the columns of a roll-up table that are its keys: one, or two."""
    return [column for column in table.c if isinstance(column.type, Text)]


def sum_columns(table: FromClause) -> list[KeyedColumnElement[int]]:
    return [table.c[name] for name in Sum._fields]


def counted_once(verdict: FromClause, unscanned: FromClause) -> list[Label[int]]:
    """Return what one verdict adds to each field; the clauses are the tables of these names."""
    # No IN: PostgreSQL would read all that was ever not inspected for a handful of verdicts
    other = unscanned.alias()
    missed = exists().where(other.c.verdict == verdict.c.id)
    return [
        literal_column("1", BigInteger).label("transfers"),
        verdict.c.size.label("bytes"),
        _flag(verdict.c.action.in_(sorted(BLOCKED))).label("blocked"),
        _flag(verdict.c.action.in_(sorted(HELD))).label("held"),
        _flag(missed).label("unscanned"),
    ]


def sums(connection: Connection, dimension: str, spans: Sequence[Span]) -> dict[Key, Sum]:
    """Return the sums by key over the spans."""
    if not spans:
        return {}
    return dict(read(connection, added([rows_of(connection, dimension, spans)])))


def read(connection: Connection, rows: Rows) -> Iterator[tuple[Key, Sum]]:
    keys = -len(Sum._fields)
    for row in connection.execute(rows).all():
        yield tuple(row[:keys]), Sum(*row[keys:])


def rows_of(
    connection: Connection,
    dimension: str,
    spans: Sequence[Span],
    fields: Sequence[str] = Sum._fields,
) -> Rows:
    """Return what selects keys and fields; a key has many such rows.

    The spans are one parameter, of whatever number: a SELECT for each takes up to 40 ms to make.
    """
    table = ROLLUPS[dimension]
    listed, (granularity, start, end) = _as_rows(connection, spans)
    return (
        select(*key_columns(table), *(table.c[name] for name in fields))
        .select_from(listed, table)
        .where(table.c.granularity == granularity, table.c.bucket >= start, table.c.bucket < end)
    )


def _as_rows(
    connection: Connection, spans: Sequence[Span]
) -> tuple[FromClause, list[ColumnElement[int]]]:
    """Return the spans as rows, and what of those is granularity, start and end."""
    rows = [[int(one.granularity), one.start, one.end] for one in spans]
    if connection.dialect.name == "postgresql":
        arrays = [bindparam(None, list(numbers), ARRAY(BigInteger)) for numbers in zip(*rows)]
        names = [column(name, BigInteger) for name in ("granularity", "first", "behind")]
        span = func.unnest(*arrays).table_valued(*names).render_derived("span")
        return span, list(span.c)
    each = func.json_each(json.dumps(rows)).table_valued("value", name="span")
    return each, [func.json_extract(each.c.value, f"$[{place}]") for place in range(3)]


def added(parts: Sequence[Rows]) -> Rows:
    """Add up, in the database, what has the same key; the sums are called as the fields.

    One statement: to add 60,000 rows up here would take three times as long.
    """
    rows = union_all(*parts).subquery()
    keys = [column for column in rows.c if column.name not in Sum._fields]
    fields = [column for column in rows.c if column.name in Sum._fields]
    return select(*keys, *map(summed, fields)).group_by(*keys)


def summed(column: KeyedColumnElement[int]) -> Label[int]:
    """Return the sum under the name of the column, as a number that no driver makes a decimal."""
    return cast(func.sum(column), BigInteger).label(column.name)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
