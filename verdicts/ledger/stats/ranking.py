"""The most frequent keys of a range of time.

The database ranks the sums of whole buckets.  What is at the edges is added here, which can bring
forward none but the keys that are at the edges: those are asked for wherever they stand.
"""

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Text,
    bindparam,
    cast,
    func,
    select,
)

from verdicts.ledger.row_parameter import RowParameter
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.stats.buckets import Granularity, Span, cover, cover_series, floor
from verdicts.ledger.stats.counts import Counts, count_edge
from verdicts.ledger.stats.spans import span_values, within
from verdicts.ledger.stats.sums import OTHER, Sum, add, key_columns

EDGES = RowParameter("edge", key=Text)
PLACES = ("head", "tail")
Query = CompoundSelect[*tuple[Any, ...]]


class Ends(NamedTuple):
    """What a key has of a field, and of bytes; and of the field in two places."""

    number: int
    bytes: int
    head: int
    tail: int


@dataclass(frozen=True, slots=True)
class Parts:
    """A range of time in a dimension with one column of keys; its edges are counted already."""

    dimension: str
    spans: tuple[Span, ...]
    edges: tuple[tuple[int, Counts], ...]
    """Each with where it starts or, in a series, its bucket."""


def parts_of(
    connection: Connection,
    dimension: str,
    since: int,
    until: int,
    series: Granularity | None = None,
) -> Parts:
    """Cut since <= time < until; `series`: and at its first and last whole bucket of this width."""
    parts = cover(since, until) if series is None else cover_series(series, since, until)
    edges = tuple(
        (
            edge[0] if series is None else floor(series, edge[0]),
            count_edge(connection, (dimension,), edge)[dimension],
        )
        for edge in parts.edges
    )
    return Parts(dimension, parts.spans, edges)


def most_frequent(
    connection: Connection, parts: Parts, limit: int, *, of: str
) -> list[tuple[str, Sum]]:
    """Return the keys with most of one field, most first.

    OTHER is none, nor is a key that has nothing of it.
    """
    rows = _leading(connection, parts, limit, of, Sum._fields)
    sums = {key: Sum(*numbers) for key, *numbers in rows}
    for _, counts in parts.edges:
        for (key,), one in counts.items():
            add(sums, key, one)
    ranking = _ranked({key: (getattr(one, of), one.bytes) for key, one in sums.items()})
    return [(key, sums[key]) for key in ranking[:limit]]


def frequent_at(
    connection: Connection, parts: Parts, limit: int, *, of: str, places: tuple[int, int]
) -> dict[str, Ends]:
    """Return the same keys in their order, with what they have in two places."""
    rows = _leading(connection, parts, limit, of, Ends._fields, dict(zip(PLACES, places)))
    found = {key: Ends(*(number or 0 for number in row)) for key, *row in rows}
    for start, counts in parts.edges:
        for (key,), one in counts.items():
            number = getattr(one, of)
            head, tail = (number if start == place else 0 for place in places)
            before = found.get(key, Ends(0, 0, 0, 0))
            found[key] = Ends(*map(operator.add, before, (number, one.bytes, head, tail)))
    ranking = _ranked({key: one[:2] for key, one in found.items()})
    return {key: found[key] for key in ranking[:limit]}


def _ranked(keys: Mapping[str, tuple[int, int]]) -> list[str]:
    """Return the keys by how much they have of the field, then of bytes."""
    some = ((-number, -size, key) for key, (number, size) in keys.items() if number)
    return [key for _, _, key in sorted(some) if key != OTHER]


def _leading(  # noqa: PLR0917 - one question
    connection: Connection,
    parts: Parts,
    limit: int,
    of: str,
    names: tuple[str, ...],
    places: Mapping[str, int] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Yield key and numbers, of the spans, of all keys that may be the first `limit`."""
    dialect = connection.dialect.name
    values = {
        **span_values(dialect, parts.spans),
        **EDGES.values(dialect, list({key for _, counts in parts.edges for key in counts})),
        **(places or {}),
        "limit": limit + 1,  # OTHER may be one of them
    }
    yield from connection.execute(_leading_keys(dialect, parts.dimension, of, names), values)


@cache
def _leading_keys(dialect: str, dimension: str, of: str, names: tuple[str, ...]) -> Query:
    table = ROLLUPS[dimension]
    rows, place = within(dialect, dimension)
    sums: dict[str, ColumnElement[int]]
    sums = {name: func.sum(table.c[name]) for name in Sum._fields}
    sums["number"] = sums[of]
    sums |= {end: func.sum(table.c[of]).filter(place == bindparam(end)) for end in PLACES}
    columns = [sums[name].label(name) for name in {"number": 0, "bytes": 0} | dict.fromkeys(names)]
    (key,) = key_columns(table)
    counted = select(key, *columns).select_from(rows).group_by(key).cte("counted")
    chosen = [counted.c[0], *(cast(counted.c[name], BigInteger).label(name) for name in names)]
    order = (counted.c.number.desc(), counted.c.bytes.desc(), counted.c[0])
    first = select(*chosen).order_by(*order).limit(bindparam("limit", type_=BigInteger))
    edges, (edge,) = EDGES.clause(dialect)
    others = select(*chosen).where(counted.c[0].in_(select(edge).select_from(edges)))
    return select(first.subquery()).union_all(others)
