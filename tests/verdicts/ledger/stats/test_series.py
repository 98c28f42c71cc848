"""A series: the same numbers however the rows are found."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.stats import series
from verdicts.ledger.stats.buckets import Granularity, Span
from verdicts.ledger.stats.series import Series, Total
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

FIRST = datetime(2026, 3, 1, 10, tzinfo=UTC)
START = microseconds(FIRST)
MINUTE = 60_000_000
USERS = ("ann", "bob", "ann", "cem", "ann", "bob")
"""One a minute."""
WHOLE = [START + n * MINUTE for n in range(1, 5)]


@pytest.fixture
def connection(url: str, make_entry: Callable[..., Entry]) -> Iterator[Connection]:
    writer, reader = Writer(url), Reader(url)
    writer.write(
        [
            make_entry(n, user=user, received_at=FIRST + timedelta(minutes=n))
            for n, user in enumerate(USERS)
        ]
    )
    writer.close()
    with reader.connect() as connected:
        yield connected
    reader.close()


@pytest.mark.parametrize("by", ["user", "direction"])
def test_totals_of_whole_buckets_and_of_what_is_cut_off(connection: Connection, by: str) -> None:
    cut = Span(Granularity.MINUTE, START, START + MINUTE, place=START - 7)
    unplaced = Span(Granularity.MINUTE, START, START + 6 * MINUTE)
    minutes = Series(connection, by, "transfers", Granularity.MINUTE)
    found = minutes.totals(WHOLE, [cut, unplaced])
    assert found == dict.fromkeys([START - 7, *WHOLE], Total(1, 1))
    assert minutes.totals([], []) == {}


@pytest.mark.parametrize("few", [0, 4])
def test_rows_are_looked_up_or_read_in_a_row(
    connection: Connection, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series, "FEW", few)
    seen: list[str] = []
    monkeypatch.setattr(series.STARTS, "values", noting(series.STARTS.values, seen))
    minutes = Series(connection, "user", "transfers", Granularity.MINUTE)
    found = list(minutes.counts(WHOLE, ["ann", "bob"], minutes.totals(WHOLE, [])))
    assert sorted(found) == [(WHOLE[n - 1], USERS[n], 1) for n in (1, 2, 4)]
    assert bool(seen) == (few == 0)


def noting(run: Callable[..., object], seen: list[str]) -> Callable[..., object]:
    def noted(*arguments: object) -> object:
        seen.append("run")
        return run(*arguments)

    return noted


def test_a_bucket_has_no_more_rows_than_are_kept(connection: Connection) -> None:
    """However many transfers there were: then reading all of it is not so dear."""
    minutes = Series(connection, "user", "transfers", Granularity.MINUTE)
    busy = {start: Total(10**6, 10**6) for start in WHOLE}
    assert minutes.looks_up(WHOLE, ["ann", "bob"], busy)
    assert not minutes.looks_up(WHOLE, ["ann"] * 400, busy)
