"""The most frequent keys: of any field, over spans and edges, and what they have at both ends."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.stats.buckets import Granularity, floor
from verdicts.ledger.stats.ranking import frequent_at, most_frequent, parts_of
from verdicts.ledger.stats.sums import OTHER, Sum, add
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

FIRST = datetime(2026, 3, 1, 11, 59, 50, tzinfo=UTC)
START = microseconds(FIRST)
SECOND = 1_000_000
USERS = ("ann", "bob", "ann", "cem", "ann", "bob", OTHER, "ann", "bob")
EVERY = 25
"""Seconds: over the end of an hour, and of four minutes."""


@pytest.fixture
def entries(make_entry: Callable[..., Entry]) -> list[Entry]:
    return [
        make_entry(n, user=user, received_at=FIRST + timedelta(seconds=EVERY * n))
        for n, user in enumerate(USERS)
    ]


@pytest.fixture
def connection(url: str, entries: list[Entry]) -> Iterator[Connection]:
    writer, reader = Writer(url), Reader(url)
    writer.write(entries)
    writer.close()
    with reader.connect() as connected:
        yield connected
    reader.close()


RANGES = [(0, 9), (1, 9), (0, 8), (1, 7), (2, 3), (1, 2), (3, 3)]


@pytest.mark.parametrize("of", Sum._fields)
@pytest.mark.parametrize("first, last", RANGES)
def test_every_field_has_its_order(  # noqa: PLR0917 - fixtures and a table
    connection: Connection,
    entries: list[Entry],
    to_sum: Callable[[Entry], Sum],
    first: int,
    last: int,
    of: str,
) -> None:
    since, until = (START + EVERY * number * SECOND for number in (first, last))
    expected: dict[str, Sum] = {}
    for one in entries[first:last]:
        if one.verdict.user != OTHER:
            add(expected, one.verdict.user, to_sum(one))
    order = sorted(
        (user for user in expected if getattr(expected[user], of)),
        key=lambda user: (-getattr(expected[user], of), -expected[user].bytes, user),
    )
    parts = parts_of(connection, "user", since, until)
    for limit in (1, 9):
        rows = most_frequent(connection, parts, limit, of=of)
        assert rows == [(user, expected[user]) for user in order[:limit]]


@pytest.mark.parametrize("width", [Granularity.MINUTE, Granularity.HOUR, Granularity.DAY])
@pytest.mark.parametrize("first, last", RANGES)
def test_what_is_cut_off_at_both_ends(
    connection: Connection, entries: list[Entry], first: int, last: int, width: Granularity
) -> None:
    since, until = (START + EVERY * number * SECOND for number in (first, last))
    ends = floor(width, since), floor(width, until)
    parts = parts_of(connection, "user", since, until, width)
    found = frequent_at(connection, parts, 9, of="transfers", places=ends)
    assert found.keys() == {one.verdict.user for one in entries[first:last]} - {OTHER}
    for user, one in found.items():
        mine = [other.verdict for other in entries[first:last] if other.verdict.user == user]
        assert (one.number, one.bytes) == (len(mine), sum(verdict.size for verdict in mine))
        for place, number in zip(ends, (one.head, one.tail)):
            assert number == sum(floor(width, verdict.time) == place for verdict in mine)
