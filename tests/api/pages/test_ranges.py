"""Ranges of time: four of them, or any; and charts that can be read."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from api.pages.ranges import MOST_BARS, Range, RangeQuery, chosen_range, from_form
from api.problems import RequestFailed
from verdicts.ledger.stats.buckets import WIDTHS, Granularity
from verdicts.record import microseconds

HOUR = WIDTHS[Granularity.HOUR]


@pytest.mark.parametrize("name, hours", [("1h", 1), ("24h", 24), ("7d", 168), ("30d", 720)])
def test_short_names(name: str, hours: int) -> None:
    chosen = chosen_range(RangeQuery.model_validate({"range": name}))
    assert chosen.until - chosen.since == hours * HOUR
    assert chosen.until % 60_000_000 == 0
    now = microseconds(datetime.now(UTC))
    assert now <= chosen.until <= now + 60_000_000
    assert chosen.name == name


@pytest.mark.parametrize(
    "hours, bucket",
    [
        (1, Granularity.MINUTE),
        (24, Granularity.HOUR),
        (168, Granularity.HOUR),
        (720, Granularity.DAY),
        (24 * 2000, Granularity.MONTH),
    ],
)
def test_bars_can_be_told_apart(hours: int, bucket: Granularity) -> None:
    chosen = Range(0, hours * HOUR, None)
    assert chosen.bucket == bucket
    assert bucket == Granularity.MONTH or hours * HOUR / WIDTHS[bucket] <= MOST_BARS


def test_by_hand() -> None:
    query = RangeQuery.model_validate({"since": "2026-01-31T12:00", "until": "2026-02-01T00:00:00"})
    chosen = chosen_range(query)
    assert (chosen.until - chosen.since, chosen.name) == (12 * HOUR, None)
    assert chosen.before == Range(chosen.since - 12 * HOUR, chosen.since, None)


def test_up_to_now_if_only_the_beginning_is_given() -> None:
    since = datetime.now(UTC) - timedelta(hours=3)
    chosen = chosen_range(RangeQuery.model_validate({"since": since.isoformat()}))
    assert chosen.until - chosen.since == pytest.approx(3 * HOUR, abs=10_000_000)


@pytest.mark.parametrize(
    "since, until",
    [
        ("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("2006-02-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("1970-01-02T00:00:00Z", "1970-01-03T00:00:00Z"),
    ],
)
def test_ranges_that_are_none(since: str, until: str) -> None:
    with pytest.raises(RequestFailed):
        chosen_range(RangeQuery.model_validate({"since": since, "until": until}))


@pytest.mark.parametrize(
    "given", [{"range": "2h"}, {"since": "yesterday"}, {"since": "1"}, {"colour": "red"}]
)
def test_what_is_no_range(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        RangeQuery.model_validate(given)


@pytest.mark.parametrize(
    "value, meant",
    [
        ("2026-01-31T12:00", "2026-01-31T12:00Z"),
        ("2026-01-31T12:00:01", "2026-01-31T12:00:01Z"),
        ("2026-01-31T12:00:01Z", "2026-01-31T12:00:01Z"),
        ("", None),
    ],
)
def test_from_form(value: str, meant: str | None) -> None:
    assert from_form(value) == meant
