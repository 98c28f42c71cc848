"""What is counted by key, and adding it up."""

from collections.abc import Iterator, Mapping
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
    case,
    cast,
    func,
    literal_column,
)
from sqlalchemy.sql.elements import KeyedColumnElement

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


def counted_once(verdict: FromClause, missed: ColumnElement[bool]) -> list[Label[int]]:
    """Return what one verdict adds to each field; `missed`: a part of it was not inspected."""
    return [
        literal_column("1", BigInteger).label("transfers"),
        verdict.c.size.label("bytes"),
        _flag(verdict.c.action.in_(sorted(BLOCKED))).label("blocked"),
        _flag(verdict.c.action.in_(sorted(HELD))).label("held"),
        _flag(missed).label("unscanned"),
    ]


def read(
    connection: Connection, rows: Rows, values: Mapping[str, object] | None = None
) -> Iterator[tuple[Key, Sum]]:
    """Yield keys and all fields."""
    keys = -len(Sum._fields)
    for row in connection.execute(rows, values).all():
        yield tuple(row[:keys]), Sum(*row[keys:])


def summed(column: KeyedColumnElement[int]) -> Label[int]:
    """Return the sum under the name of the column, as a number that no driver makes a decimal."""
    return cast(func.sum(column), BigInteger).label(column.name)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
