"""A time series from the roll-up tables: totals of its buckets, and counts of some keys."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Text, bindparam, cast, func, select

from verdicts.ledger.row_parameter import RowParameter
from verdicts.ledger.schema import MANY_KEYS, ROLLUPS
from verdicts.ledger.stats.buckets import Granularity, Span
from verdicts.ledger.stats.counts import WORDS
from verdicts.ledger.stats.folding import MOST_KEYS
from verdicts.ledger.stats.spans import span_values, within
from verdicts.ledger.stats.sums import Rows, key_columns, summed

FEW = 4
"""As long as looking one row up takes, so many are read in a row."""
KEY_BY_KEY = (Granularity.HOUR, Granularity.DAY)
"""Widths for which PostgreSQL has an index of each key's buckets."""
STARTS = RowParameter("start", bucket=BigInteger)


class Total(NamedTuple):
    number: int
    transfers: int


@dataclass(frozen=True, slots=True)
class Series:
    """One field of a Sum, by the keys of one dimension, in buckets of one width.

    `whole` are starts of buckets that follow one another.
    """

    connection: Connection
    dimension: str
    of: str
    width: Granularity

    def totals(self, whole: Sequence[int], spans: Sequence[Span]) -> dict[int, Total]:
        """Return what all keys add up to in these buckets and in the spans that have a place."""
        # The smallest dimension whose counts add up to the same
        dimension = "action" if self.dimension in WORDS else self.dimension
        placed = [span for span in spans if span.place is not None]
        if whole:
            placed.append(Span(self.width, whole[0], whole[-1] + 1))
        query = _totals(self._dialect, dimension, self.of)
        rows = self.connection.execute(query, span_values(self._dialect, placed))
        return {start: Total(number, transfers) for start, number, transfers in rows}

    def counts(
        self, whole: Sequence[int], keys: Sequence[str], totals: Mapping[int, Total]
    ) -> Iterator[tuple[int, str, int]]:
        """Yield bucket, key and number of some keys."""
        values: dict[str, object] = {"granularity": int(self.width), "keys": keys}
        if self.looks_up(whole, keys, totals):
            query = _looked_up(self._dialect, self.dimension, self.of)
            values |= STARTS.values(self._dialect, [(start,) for start in whole])
        else:
            query = _in_a_row(self._dialect, self.dimension, self.of)
            values |= {"first": whole[0], "last": whole[-1]}
        for key, starts, numbers in self.connection.execute(query, values):
            yield from zip(json.loads(starts), repeat(key), json.loads(numbers))

    def looks_up(
        self, whole: Sequence[int], keys: Sequence[str], totals: Mapping[int, Total]
    ) -> bool:
        """Return whether to look each row up: all keys may take ten times as long."""
        if self.dimension not in MANY_KEYS:
            return False
        if self._dialect == "postgresql" and self.width in KEY_BY_KEY:
            return False
        found = (totals[start].transfers for start in whole if start in totals)
        return sum(min(one, MOST_KEYS) for one in found) > FEW * len(keys) * len(whole)

    @property
    def _dialect(self) -> str:
        return self.connection.dialect.name


@cache
def _totals(dialect: str, dimension: str, of: str) -> Rows:
    table = ROLLUPS[dimension]
    rows, place = within(dialect, dimension)
    start = func.coalesce(place, table.c.bucket)
    numbers = [summed(table.c[of]), cast(func.sum(table.c.transfers), BigInteger)]
    return select(start, *numbers).select_from(rows).group_by(start)


@cache
def _in_a_row(dialect: str, dimension: str, of: str) -> Rows:
    bucket = ROLLUPS[dimension].c.bucket
    between = (bucket >= bindparam("first")) & (bucket <= bindparam("last"))
    return _by_key(dialect, dimension, of).where(between)


@cache
def _looked_up(dialect: str, dimension: str, of: str) -> Rows:
    table = ROLLUPS[dimension]
    starts, (start,) = STARTS.clause(dialect)
    query = _by_key(dialect, dimension, of)
    return query.select_from(starts.join(table, table.c.bucket == start))


def _by_key(dialect: str, dimension: str, of: str) -> Rows:
    table = ROLLUPS[dimension]
    (key,) = key_columns(table)
    wanted = (
        table.c.granularity == bindparam("granularity"),
        key.in_(bindparam("keys", expanding=True)),
        table.c[of] > 0,
    )
    listed = (_listed(dialect, column) for column in (table.c.bucket, table.c[of]))
    return select(key, *listed).where(*wanted).group_by(key)


def _listed(dialect: str, column: ColumnElement[int]) -> ColumnElement[str]:
    """Return all values of a group as JSON: 30,000 rows take three times as long to fetch."""
    if dialect == "postgresql":
        return cast(func.json_agg(column), Text)
    return func.json_group_array(column, type_=Text)
