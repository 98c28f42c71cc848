"""Transfers and bytes by key: adding up, and reading from the roll-up tables."""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from sqlalchemy import Column, Connection, Table, Text, func, select

from verdicts.ledger.buckets import Span
from verdicts.ledger.schema import ROLLUPS

OTHER = "other"
"""The key of all that has no place of its own."""


class Sum(NamedTuple):
    transfers: int
    bytes: int


NOTHING = Sum(0, 0)
T = TypeVar("T")
Key = tuple[str, ...]


def add(total: dict[T, Sum], key: T, transfers: int, size: int) -> None:
    before = total.get(key, NOTHING)
    total[key] = Sum(before.transfers + transfers, before.bytes + size)


def key_columns(table: Table) -> list[Column[str]]:
    """Return the columns of a roll-up table that are its keys: one, or two."""
    return [column for column in table.c if isinstance(column.type, Text)]


def sums(connection: Connection, dimension: str, spans: Iterable[Span]) -> dict[Key, Sum]:
    """Return transfers and bytes by key over the spans."""
    table = ROLLUPS[dimension]
    keys = key_columns(table)
    total: dict[Key, Sum] = {}
    for span in spans:
        query = (
            select(*keys, func.sum(table.c.transfers), func.sum(table.c.bytes))
            .where(
                table.c.granularity == int(span.granularity),
                table.c.bucket >= span.start,
                table.c.bucket < span.end,
            )
            .group_by(*keys)
        )
        for *key, transfers, size in connection.execute(query):
            add(total, tuple(key), int(transfers), int(size))
    return total
