"""Moments as people type them."""

import argparse
from datetime import UTC, datetime, timedelta

import pytest

from douane.moments import moment
from verdicts.model import utc_now


@pytest.mark.parametrize(
    "text, ago",
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
    ],
)
def test_so_long_ago(text: str, ago: timedelta) -> None:
    before = utc_now() - ago
    assert before <= moment(text) <= utc_now() - ago


def test_at_a_moment() -> None:
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    for text in ("2026-01-31T12:00:00Z", "2026-01-31t13:00:00+01:00"):
        assert moment(text) == noon


@pytest.mark.parametrize(
    "text",
    ["", "h", "24", "24 h", "1y", "-1h", "999999w", "٣h", "yesterday", "2026-01-31"]
    + ["2026-01-31T12:00:00", "0001-01-01T00:00:00+23:59", "2026-13-01T00:00:00Z"],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="24h, 7d"):
        moment(text)
