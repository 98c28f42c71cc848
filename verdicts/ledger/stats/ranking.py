"""The most frequent keys of a range of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Subquery,
    Text,
    bindparam,
    cast,
    func,
    select,
    union_all,
)

from verdicts.ledger.row_parameter import RowParameter
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.stats.buckets import Granularity, Span, cover, cover_series, floor
from verdicts.ledger.stats.counts import Counts, count_edge
from verdicts.ledger.stats.spans import span_values, within
from verdicts.ledger.stats.sums import OTHER, Rows, Sum, key_columns, read, summed

PLACE = "place"
EDGES = RowParameter("edge", key=Text, **dict.fromkeys((*Sum._fields, PLACE), BigInteger))


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
) -> Iterator[tuple[str, Sum]]:
    """Yield the keys with most of one field, most first.

    OTHER is none, nor is a key that has nothing of it.
    """
    dialect = connection.dialect.name
    query = _most_frequent(dialect, parts.dimension, of)
    for (key,), one in read(connection, query, _values(dialect, parts, limit)):
        yield key, one


def frequent_at(
    connection: Connection, parts: Parts, limit: int, *, of: str, places: tuple[int, int]
) -> Iterator[tuple[str, tuple[int | None, int | None]]]:
    """Yield the same keys, and what they have of the field in two places."""
    dialect = connection.dialect.name
    query = _frequent_at(dialect, parts.dimension, of)
    values = _values(dialect, parts, limit) | {"head": places[0], "tail": places[1]}
    for key, head, tail in connection.execute(query, values):
        yield key, (head, tail)


def _values(dialect: str, parts: Parts, limit: int) -> dict[str, object]:
    edges = [(*key, *one, place) for place, counts in parts.edges for key, one in counts.items()]
    spans = span_values(dialect, parts.spans)
    return {**spans, **EDGES.values(dialect, edges), "limit": limit}


@cache
def _most_frequent(dialect: str, dimension: str, of: str) -> Rows:
    counted = _counted(dialect, dimension, Sum._fields)
    return _ranked(counted, of, [summed(counted.c[name]) for name in Sum._fields])


@cache
def _frequent_at(dialect: str, dimension: str, of: str) -> Rows:
    # No other fields: that takes half as long
    counted = _counted(dialect, dimension, tuple({of: 0, "bytes": 0, PLACE: 0}))
    total, place = func.sum(counted.c[of]), counted.c[PLACE]
    ends = (total.filter(place == bindparam(end)) for end in ("head", "tail"))
    return _ranked(counted, of, [cast(end, BigInteger) for end in ends])


def _counted(dialect: str, dimension: str, names: tuple[str, ...]) -> Subquery:
    """Return key and columns of the rows of SPANS and EDGES."""
    table = ROLLUPS[dimension]
    rows, place = within(dialect, dimension)
    stored = {column.name: column for column in table.c} | {PLACE: place.label(PLACE)}
    edges, (key, *numbers) = EDGES.clause(dialect)
    given = dict(zip((*Sum._fields, PLACE), numbers))
    return union_all(
        select(*key_columns(table), *(stored[name] for name in names)).select_from(rows),
        select(key, *(given[name] for name in names)).select_from(edges),
    ).subquery()


def _ranked(counted: Subquery, of: str, columns: list[ColumnElement[int]]) -> Rows:
    key, most = counted.c[0], func.sum(counted.c[of])
    return (
        select(key, *columns)
        .where(key != OTHER)
        .group_by(key)
        .having(most > 0)
        .order_by(most.desc(), func.sum(counted.c.bytes).desc(), key)
        .limit(bindparam("limit", type_=BigInteger))
    )
