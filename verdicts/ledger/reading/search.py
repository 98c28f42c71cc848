"""Pages of verdicts by any filters, in bounded time however many rows there are.

A single filter has an index in the order of the list.  With several, the shortest way in is looked
for: each index is asked for its next WINDOW entries, which costs next to nothing.  One that has
fewer is taken whole; else the one whose entries lie thinnest, as far as they reach.  After STEPS
such windows the page ends, full or not: filters that hardly ever meet cost several pages instead
of a search through everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from verdicts.ledger.reading.cursors import Position
from verdicts.ledger.reading.filters import Filters, Sort, Term, between_moments, terms, unindexed
from verdicts.ledger.schema import VERDICT

WINDOW = 1_000
"""Entries of an index that one step looks at."""
STEPS = 3
ENTRIES_A_VERDICT = 3
"""What was found in one file often has the same code several times."""
Condition = ColumnElement[bool]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    rows: list[Row]
    end: Position | None
    """How far the search came; None if there is nothing behind."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way in: the index of a filter, or of the list's order, or of the range of time."""

    term: Term | None
    ordered: bool
    """Its rows come in the order of the list."""
    timed: bool
    """The range of time is a range of its index."""

    @property
    def table(self) -> Table:
        return self.term.table if self.term else VERDICT


@dataclass(frozen=True, slots=True)
class Look:
    """What a way has to offer."""

    way: Way
    count: int
    """Entries, up to the window."""
    reach: tuple[int, ...] | None
    """The last of them, if the window is full and they come in order."""


class Search:
    """One list; gives `columns` of each verdict, which must have its id, time and size."""

    def __init__(self, filters: Filters, sort: Sort, columns: Sequence[Column[Any]]) -> None:
        self._filters = filters
        self._sort = sort
        self._columns = columns
        self._terms = terms(filters)
        self._by_time = by_time = sort.names == ("time",)
        self._ways = [
            Way(None, ordered=True, timed=by_time),
            *(Way(term, by_time and term.ordered, term.ordered) for term in self._terms),
        ]
        if not by_time and between_moments(VERDICT.c.time, filters):
            self._ways.append(Way(None, ordered=False, timed=True))

    def page(self, connection: Connection, after: Position | None, limit: int) -> Found:
        """Return up to `limit` verdicts that come after the position."""
        rows: list[Row] = []
        direct = self._direct()
        window = WINDOW if len(self._terms) > 1 else min(WINDOW, ENTRIES_A_VERDICT * (limit + 1))
        for _ in range(STEPS):
            look = Look(direct, 0, None) if direct else self._choose(connection, after, window)
            query = self._query(look.way, after, look.reach).limit(limit + 1 - len(rows))
            rows += (dict(row) for row in connection.execute(query).mappings())
            if len(rows) > limit:
                return Found(rows[:limit], self.behind(rows[limit - 1]))
            if look.reach is None:
                return Found(rows, None)
            after = Position(look.reach[0], look.reach[-1], b"")
        return Found(rows, after)

    def behind(self, row: Row) -> Position:
        """Return where the list goes on after this verdict."""
        return Position(row[self._sort.names[0]], row["time"], row["id"])

    def _direct(self) -> Way | None:
        """Return the way that gives exactly the rows of the list, if there is one."""
        if not self._terms:
            return self._ways[0] if len(self._ways) == 1 else None
        way = self._ways[1]
        plain = len(self._terms) == 1 and way.ordered and way.table is VERDICT
        return way if plain else None

    def _choose(self, connection: Connection, after: Position | None, window: int) -> Look:
        looks = [self._look(connection, way, after, window) for way in self._ways]
        whole = [look for look in looks if look.count < window]
        if whole:
            return min(whole, key=lambda look: look.count)
        farthest = min if self._sort.descending else max
        return farthest((one for one in looks if one.reach), key=lambda one: one.reach or ())

    def _look(self, connection: Connection, way: Way, after: Position | None, window: int) -> Look:
        """Read entries of the index alone."""
        found = self._entries(way, after, None)
        entries = select(literal(1)).select_from(way.table).where(*found)
        if way.ordered:
            values = [way.table.c[name] for name in self._sort.names]
            entries = entries.order_by(*(self._order(value) for value in values))
            last = entries.with_only_columns(*values).offset(window - 1).limit(1)
            for row in connection.execute(last):
                return Look(way, window, tuple(row))
        counted = select(func.count()).select_from(entries.limit(window).subquery())
        return Look(way, connection.scalars(counted).one(), None)

    def _query(
        self, way: Way, after: Position | None, reach: tuple[int, ...] | None
    ) -> Select[Any]:
        """Return the rows of the way that hold all filters, in order."""
        columns = [VERDICT.c[name] for name in self._sort.names]
        values: list[ColumnElement[Any]] = [*columns]
        query = select(*self._columns).where(
            *self._way_in(way, after, reach),
            *(term.holds for term in self._terms if term is not way.term),
        )
        if not (way.ordered and way.table is VERDICT):
            values = [unindexed(column) for column in columns]
            query = query.where(*self._between(values, after, reach))
        if after and after.id:
            query = query.where(or_(_row(values) != _place(after, values), self._beyond(after.id)))
        if not (way.timed or self._by_time):
            query = query.where(*between_moments(unindexed(VERDICT.c.time), self._filters))
        return query.order_by(*map(self._order, [*values, VERDICT.c.id]))

    def _way_in(
        self, way: Way, after: Position | None, reach: tuple[int, ...] | None
    ) -> list[Condition]:
        entries = self._entries(way, after, reach)
        if way.term is None:
            return entries
        rest = [] if way.term.rest is None else [way.term.rest]
        if way.table is VERDICT:
            return entries + rest
        return [VERDICT.c.id.in_(select(way.table.c.verdict).where(*entries)), *rest]

    def _entries(
        self, way: Way, after: Position | None, reach: tuple[int, ...] | None
    ) -> list[Condition]:
        """Return one range of its index."""
        found = [way.term.found] if way.term else []
        if way.ordered:
            values = [way.table.c[name] for name in self._sort.names]
            return found + self._between(values, after, reach)
        return found + (between_moments(way.table.c.time, self._filters) if way.timed else [])

    def _between(
        self,
        values: Sequence[ColumnElement[Any]],
        after: Position | None,
        reach: tuple[int, ...] | None,
    ) -> list[Condition]:
        """Return the range from the position to the end of the window, that included.

        By time, it is the part of it that is in the range of the filters.
        """
        if self._by_time:
            return self._moments(values[0], after, reach)
        row, found = _row(values), []
        if after:
            place = _place(after, values)
            if self._sort.descending:
                found.append(row <= place if after.id else row < place)
            else:
                found.append(row >= place if after.id else row > place)
        if reach:
            end = _row([literal(one) for one in reach])
            found.append(row >= end if self._sort.descending else row <= end)
        return found

    def _moments(
        self, time: ColumnElement[Any], after: Position | None, reach: tuple[int, ...] | None
    ) -> list[Condition]:
        """Return one lower and one upper end: of two lower ones SQLite takes any for its index,
        and reads until there."""
        lower = [] if self._filters.since is None else [self._filters.since]
        upper = [] if self._filters.until is None else [self._filters.until - 1]
        ahead, behind = (upper, lower) if self._sort.descending else (lower, upper)
        if after:
            step = 0 if after.id else (-1 if self._sort.descending else 1)
            ahead.append(after.value + step)
        if reach:
            behind.append(reach[0])
        return [*([time >= max(lower)] if lower else []), *([time <= min(upper)] if upper else [])]

    def _beyond(self, key: bytes) -> Condition:
        return VERDICT.c.id < key if self._sort.descending else VERDICT.c.id > key

    def _order(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return value.desc() if self._sort.descending else value.asc()


def _row(values: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    return values[0] if len(values) == 1 else tuple_(*values)


def _place(position: Position, values: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    return _row([literal(position.value), literal(position.time)][: len(values)])
