"""Charts and tops equal a count over the verdicts, for any range, width and dimension."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.stats import statistics
from verdicts.ledger.stats.buckets import Granularity, after, floor
from verdicts.ledger.stats.statistics import (
    DIMENSIONS,
    MOST_BUCKETS,
    Bucket,
    TooManyBuckets,
    TopRow,
    timeseries,
    top,
)
from verdicts.ledger.stats.sums import Sum, add
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

MakeEntry = Callable[..., Entry]
Count = Callable[[list[Entry], int, int, str], dict[str, Sum]]
FIRST = datetime(2026, 1, 30, 22, 58, 30, tzinfo=UTC)
START = microseconds(FIRST)
COUNT = 90
PAUSES = (0, 7, 60, 1500, 3600, 40_000)
"""Seconds between two transfers, in turn: about a week in all."""
END = START + 12 * 86_400_000_000


def words(entry: Entry, by: str) -> set[str]:
    match by:
        case "code" | "name":
            return {getattr(found, by) for found in entry.detections}
        case "type":
            return {entry.verdict.true_type}
    return {getattr(entry.verdict, by)}


@pytest.fixture(scope="module")
def counted(to_sum: Callable[[Entry], Sum]) -> Count:
    def count(entries: list[Entry], since: int, until: int, by: str) -> dict[str, Sum]:
        counts: dict[str, Sum] = {}
        for one in entries:
            if since <= one.verdict.time < until:
                for word in words(one, by):
                    add(counts, word, to_sum(one))
        return counts

    return count


@pytest.fixture(scope="module")
def entries(make_entry: MakeEntry) -> list[Entry]:
    moment, made = FIRST, []
    for number in range(COUNT):
        moment += timedelta(seconds=PAUSES[number % len(PAUSES)])
        made.append(make_entry(number, received_at=moment))
    return made


@pytest.fixture
def connection(url: str, entries: list[Entry]) -> Iterator[Connection]:
    writer, reader = Writer(url), Reader(url)
    writer.write(entries)
    writer.close()
    with reader.connect() as connected:
        yield connected
    reader.close()


def test_any_range(connection: Connection, entries: list[Entry], counted: Count) -> None:
    stamps = st.sampled_from([one.verdict.time for one in entries]) | st.integers(START, END)

    @settings(max_examples=40)
    @given(
        stamps,
        stamps,
        st.tuples(
            st.sampled_from(DIMENSIONS), st.sampled_from(Granularity), st.sampled_from(Sum._fields)
        ),
        st.integers(0, 1),
    )
    def check(one: int, other: int, about: tuple[str, Granularity, str], more: int) -> None:
        by, width, of = about
        since, until = min(one, other), max(one, other) + more
        wanted = counted(entries, since, until, by)
        ranking = sorted(
            (key for key in wanted if getattr(wanted[key], of)),
            key=lambda key: (-getattr(wanted[key], of), -wanted[key].bytes, key),
        )
        rows = top(connection, by, since, until, 3, of=of)
        assert rows == tuple(TopRow(key, *wanted[key]) for key in ranking[:3])
        if (until - since) / 60_000_000 < MOST_BUCKETS - 2 or width != Granularity.MINUTE:
            buckets = timeseries(connection, since, until, width, by, of=of)
            starts = [bucket.start for bucket in buckets]
            assert all(b == after(width, a) for a, b in pairwise(starts))
            assert not buckets or starts[0] == floor(width, since)
            assert not buckets or starts[-1] == floor(width, until - 1)
            for bucket in buckets:
                first, last = max(bucket.start, since), min(after(width, bucket.start), until)
                within = counted(entries, first, last, by)
                numbers = {key: getattr(one, of) for key, one in within.items()}
                assert bucket.counts == {key: one for key, one in numbers.items() if one}

    check()


def test_further_keys_are_counted_together(
    connection: Connection,
    entries: list[Entry],
    counted: Count,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(statistics, "SERIES", 1)
    since, until = START + 1, END - 1
    for by in DIMENSIONS:
        wanted = counted(entries, since, until, by)
        (first,) = top(connection, by, since, until, 1)
        places = {first.key: {first.key}, "other": wanted.keys() - {first.key}}
        buckets = timeseries(connection, since, until, Granularity.HOUR, by)
        assert {key for one in buckets for key in one.counts} == {k for k in places if places[k]}
        for key, keys in places.items():
            numbers = [one.counts.get(key, 0) for one in buckets]
            assert sum(numbers) == sum(wanted[k].transfers for k in keys)


def test_the_series_are_those_with_most_of_what_is_asked(
    connection: Connection, entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "SERIES", 1)
    until, series = entries[-1].verdict.time, {}
    for of in ("transfers", "blocked"):
        (first,) = top(connection, "action", START, until, 1, of=of)
        buckets = timeseries(connection, START, until, Granularity.WEEK, "action", of=of)
        series[of] = {key for one in buckets for key in one.counts}
        assert first.key in series[of]
    assert series == {"transfers": {"allow", "other"}, "blocked": {"block"}}


def test_what_is_folded_is_no_key(connection: Connection, make_entry: MakeEntry, url: str) -> None:
    writer = Writer(url)
    numbers = range(1000, 1003)
    writer.write([make_entry(n, user="other", received_at=FIRST) for n in numbers])
    writer.close()
    reader = Reader(url)
    with reader.connect() as later:
        assert "other" not in {row.key for row in top(later, "user", START, START + 1, 10)}
        (bucket,) = timeseries(later, START, START + 1, Granularity.DAY, "user")
        assert bucket.counts["other"] == 3
    reader.close()


def test_nothing(connection: Connection) -> None:
    assert top(connection, "action", START - 100, START, 10) == ()
    assert timeseries(connection, START, START, Granularity.HOUR, "action") == ()
    early = timeseries(connection, 0, 3 * 60_000_000, Granularity.MINUTE, "action")
    assert early == tuple(Bucket(n * 60_000_000, {}) for n in range(3))


def test_too_many_buckets(connection: Connection) -> None:
    hours = MOST_BUCKETS * 3_600_000_000
    assert len(timeseries(connection, 0, hours, Granularity.HOUR, "action")) == MOST_BUCKETS
    for since, until in ((0, hours + 1), (1, hours + 2), (0, 2**57)):
        with pytest.raises(TooManyBuckets, match="1500"):
            timeseries(connection, since, until, Granularity.HOUR, "action")
