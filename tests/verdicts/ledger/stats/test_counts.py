"""Edges of a range: exact, and not read where a whole minute says the same."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event

from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.stats.counts import (
    FINDS,
    WORDS,
    count_all,
    count_by,
    widened,
)
from verdicts.ledger.stats.sums import Sum, add
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

FIRST = datetime(2026, 3, 1, 11, 59, 50, tzinfo=UTC)
START = microseconds(FIRST)
SECOND = 1_000_000
USERS = ("ann", "bob", "ann", "cem", "ann", "bob")


@pytest.fixture
def entries(make_entry: Callable[..., Entry]) -> list[Entry]:
    """A transfer every five seconds, over the end of a minute and of an hour."""
    return [
        make_entry(n, user=user, received_at=FIRST + timedelta(seconds=5 * n))
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


def test_every_rollup_has_edges() -> None:
    assert {*WORDS, *FINDS} == ROLLUPS.keys()


@pytest.mark.parametrize("first, last", [(0, 6), (1, 6), (0, 5), (1, 5), (2, 3), (1, 2), (3, 3)])
def test_parts_of_two_minutes(
    connection: Connection,
    entries: list[Entry],
    to_sum: Callable[[Entry], Sum],
    first: int,
    last: int,
) -> None:
    since, until = START + 5 * first * SECOND, START + 5 * last * SECOND
    expected: dict[str, Sum] = {}
    for one in entries[first:last]:
        add(expected, one.verdict.user, to_sum(one))
    assert count_by(connection, "user", since, until) == {(k,): v for k, v in expected.items()}


def test_a_find_counts_once_a_transfer(
    connection: Connection, entries: list[Entry], to_sum: Callable[[Entry], Sum]
) -> None:
    """Number 3 has the same detection twice."""
    once = to_sum(entries[3])
    assert once[:2] == (1, 3000)
    counts = count_all(connection, FINDS, START + 15 * SECOND, START + 16 * SECOND)
    assert counts["name"] == {("Worm_X",): once}
    assert counts["code"] == {("signature.yara",): once}
    assert counts["detection"] == {("signature.yara", "Worm_X"): once}


@pytest.mark.parametrize("until, read", [(START + 26 * SECOND, False), (START + 21 * SECOND, True)])
def test_what_ends_now_reads_no_verdicts(connection: Connection, until: int, read: bool) -> None:
    seen: list[str] = []

    def note(*said: object) -> None:
        seen.append(str(said[2]))

    event.listen(connection, "before_cursor_execute", note)
    counts = count_all(connection, WORDS, *widened(connection, START, until))
    event.remove(connection, "before_cursor_execute", note)
    assert sum(one.transfers for one in counts["action"].values()) == (5 if read else 6)
    assert any("sum(verdict.size)" in statement for statement in seen) == read
