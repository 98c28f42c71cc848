"""Buckets of time: exact covers, and a bound on keys."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from verdicts.ledger import rollups
from verdicts.ledger.entry import Entry
from verdicts.ledger.rollups import Granularity, ceiling, cover, floor
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.store import Writer
from verdicts.record import EPOCH

MINUTE = 60_000_000
stamps = st.integers(0, 4_000_000_000) | st.integers(0, 4_000_000_000_000_000)


@given(stamps, stamps)
def test_cover_holds_each_moment_once(one: int, other: int) -> None:
    since, until = min(one, other), max(one, other)
    parts = cover(since, until)
    pieces = sorted([(span.start, span.end) for span in parts.spans] + list(parts.edges))
    at = since
    for start, end in pieces:
        assert start == at < end
        at = end
    assert at == until
    assert len(parts.spans) <= 7
    assert sum(end - start for start, end in parts.edges) < 2 * MINUTE
    for span in parts.spans:
        assert floor(span.granularity, span.start) == span.start
        assert floor(span.granularity, span.end) == span.end


@pytest.mark.parametrize("since, until", [(5, 5), (6, 5)])
def test_empty_range(since: int, until: int) -> None:
    assert cover(since, until) == rollups.Cover((), ())


@given(stamps, st.sampled_from(Granularity))
def test_buckets(stamp: int, granularity: Granularity) -> None:
    start, after = floor(granularity, stamp), ceiling(granularity, stamp)
    assert start <= stamp <= after
    assert (start == after) == (start == stamp)
    assert floor(granularity, after) == after
    if start != after:
        assert floor(granularity, after - 1) == start


def test_months_are_of_the_calendar() -> None:
    stamp = (EPOCH.replace(year=2024, month=2, day=29) - EPOCH) // timedelta(microseconds=1)
    start, end = floor(Granularity.MONTH, stamp), ceiling(Granularity.MONTH, stamp)
    assert (end - start) // (24 * 60 * MINUTE) == 29


def test_keys_beyond_the_bound_are_counted_as_other(
    url: str, make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "KEYS_A_BUCKET", 2)
    for start in (0, 5):  # also by a writer that finds the bucket full
        writer = Writer(url)
        numbers = range(start, start + 5)
        writer.write([make_entry(n, channel=f"c{n}", received_at=EPOCH) for n in numbers])
        writer.close()
    table = ROLLUPS["channel"]
    query = select(table.c.channel, func.sum(table.c.transfers)).group_by(table.c.channel)
    writer = Writer(url)
    counts = {channel: count for channel, count in writer.connection().execute(query)}  # noqa: C416
    writer.close()
    assert counts == {"c0": 4, "c1": 4, "other": 32}  # each in four granularities


def test_forgotten_buckets_are_read_again(
    url: str, make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "BUCKETS_REMEMBERED", 1)
    writer = Writer(url)
    writer.write([make_entry(n) for n in range(10)])
    table = ROLLUPS["channel"]
    query = select(func.sum(table.c.transfers)).where(table.c.granularity == 3)
    assert writer.connection().execute(query).scalar() == 10
    writer.close()
