"""Counting: labels stay few, buckets hold what they say."""

from collections.abc import Callable

import pytest

from verdicts.ledger import counters
from verdicts.ledger.counters import Counters, cumulative
from verdicts.ledger.entry import Entry


def test_labels_are_bounded(
    make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counters, "WORDS_A_LABEL", 2)
    counter = Counters()
    counter.count([make_entry(0, channel=f"c{n}") for n in range(10)], refused=0)
    transfers = next(iter(counter.collect()))
    assert [(one.labels["channel"], one.value) for one in transfers.samples] == [
        ("c0", 1),
        ("c1", 1),
        ("other", 8),
    ]


def test_each_action_is_counted_on_its_own(make_entry: Callable[..., Entry]) -> None:
    counter = Counters()
    entries = [make_entry(0), make_entry(0)]
    cut = entries[0]._replace(verdict=entries[0].verdict._replace(action="cut"))
    counter.count([*entries, cut], refused=0)
    transfers = next(iter(counter.collect()))
    assert {one.labels["action"]: one.value for one in transfers.samples} == {"allow": 2, "cut": 1}


def test_what_is_rare_begins_at_zero() -> None:
    """A series that appears with a one did not rise: nobody would be told of the first."""
    series = {
        (one.name, *one.labels.values()): one.value
        for family in Counters().collect()
        for one in family.samples
    }
    assert series["douane_unscanned_total", "crashed"] == 0
    assert series["douane_detections_total", "signature.clamav"] == 0
    assert series["douane_scan_seconds_count", "false"] == 0


def test_buckets_hold_what_the_ones_before_hold() -> None:
    assert cumulative((0.5, 1), (1, 2, 3)) == [("0.5", 1), ("1.0", 3), ("+Inf", 6)]
