"""Reading spans of whole buckets from the roll-up tables."""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import BigInteger, ColumnElement, Connection, FromClause, select

from verdicts.ledger.row_parameter import RowParameter
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.stats.buckets import Span
from verdicts.ledger.stats.sums import Key, Rows, Sum, key_columns, read, sum_columns, summed

SPANS = RowParameter(
    "span", granularity=BigInteger, first=BigInteger, behind=BigInteger, place=BigInteger
)


def sums(connection: Connection, dimension: str, spans: Iterable[Span]) -> dict[Key, Sum]:
    """Return the sums by key over the spans."""
    dialect = connection.dialect.name
    return dict(read(connection, sums_of(dialect, dimension), span_values(dialect, spans)))


def within(dialect: str, dimension: str) -> tuple[FromClause, ColumnElement[int]]:
    """Return the rows of a roll-up table that are within SPANS, and the place of their span.

    A key has many such rows.
    """
    table = ROLLUPS[dimension]
    spans, (granularity, first, behind, place) = SPANS.clause(dialect)
    bucket = table.c.bucket
    inside = (table.c.granularity == granularity) & (bucket >= first) & (bucket < behind)
    return spans.join(table, inside), place


def span_values(dialect: str, spans: Iterable[Span]) -> dict[str, object]:
    rows = [(int(one.granularity), one.start, one.end, one.place) for one in spans]
    return SPANS.values(dialect, rows)


@cache
def sums_of(dialect: str, dimension: str) -> Rows:
    """Return what selects keys and their sums within SPANS.

    To add 60,000 rows up here would take three times as long.
    """
    table = ROLLUPS[dimension]
    keys = key_columns(table)
    rows, _ = within(dialect, dimension)
    return select(*keys, *map(summed, sum_columns(table))).select_from(rows).group_by(*keys)
