"""Buckets of time, and exact covers of any range."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verdicts.ledger.stats.buckets import (
    Cover,
    Granularity,
    after,
    ceiling,
    cover,
    cover_series,
    floor,
    starts,
)
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
    assert len(parts.spans) <= 11
    assert sum(end - start for start, end in parts.edges) < 2 * MINUTE
    for span in parts.spans:
        assert floor(span.granularity, span.start) == span.start
        assert floor(span.granularity, span.end) == span.end
    for start, end in parts.edges:
        assert floor(Granularity.MINUTE, start) == floor(Granularity.MINUTE, end - 1)


@given(stamps, stamps, st.sampled_from(Granularity))
def test_what_is_cut_off_a_series_has_a_place(one: int, other: int, width: Granularity) -> None:
    since, until = min(one, other), max(one, other)
    parts = cover_series(width, since, until)
    pieces = [(span.start, span.end, span.place) for span in parts.spans]
    pieces += [(start, end, floor(width, start)) for start, end in parts.edges]
    at = since
    for start, end, place in sorted(pieces):
        assert start == at < end
        at = end
        if place is None:
            assert ceiling(width, since) <= start
            assert end <= floor(width, until)
        else:
            bucket = (place, after(width, place))
            assert bucket[0] <= start < end <= bucket[1]
            assert not (since <= bucket[0] and bucket[1] <= until)
    assert at == until


@pytest.mark.parametrize("since, until", [(5, 5), (6, 5)])
def test_empty_range(since: int, until: int) -> None:
    assert cover(since, until) == Cover((), ())
    assert cover_series(Granularity.HOUR, since, until) == Cover((), ())


@given(stamps, st.sampled_from(Granularity))
def test_buckets(stamp: int, granularity: Granularity) -> None:
    start, end = floor(granularity, stamp), ceiling(granularity, stamp)
    assert start <= stamp <= end
    assert (start == end) == (start == stamp)
    assert floor(granularity, end) == end
    assert after(granularity, start) == ceiling(granularity, stamp + 1)
    if start != end:
        assert floor(granularity, end - 1) == start


@given(stamps, st.integers(-3, 200), st.sampled_from(Granularity))
def test_starts(since: int, count: int, granularity: Granularity) -> None:
    until = since + count * 86_400_000_000 // (24 if granularity < Granularity.DAY else 1)
    found = list(starts(granularity, since, until))
    assert bool(found) == (since < until)
    if found:
        assert found[0] == floor(granularity, since)
        assert found[-1] == floor(granularity, until - 1)
        assert all(after(granularity, one) == other for one, other in pairwise(found))


def test_weeks_begin_on_mondays() -> None:
    sunday = (EPOCH.replace(year=2026, month=3, day=1) - EPOCH) // timedelta(microseconds=1)
    monday = sunday + 24 * 60 * MINUTE
    assert floor(Granularity.WEEK, monday) == monday
    assert floor(Granularity.WEEK, sunday) == monday - 7 * 24 * 60 * MINUTE


def test_months_are_of_the_calendar() -> None:
    stamp = (EPOCH.replace(year=2024, month=2, day=29) - EPOCH) // timedelta(microseconds=1)
    start, end = floor(Granularity.MONTH, stamp), ceiling(Granularity.MONTH, stamp)
    assert (end - start) // (24 * 60 * MINUTE) == 29


def test_the_last_month_that_can_be_stored_has_an_end() -> None:
    month = (EPOCH.replace(year=9999, month=12) - EPOCH) // timedelta(microseconds=1)
    assert (after(Granularity.MONTH, month) - month) // (24 * 60 * MINUTE) == 31
