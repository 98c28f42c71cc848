"""Counting: labels stay few, buckets hold what they say."""

from collections.abc import Callable

import pytest

from verdicts.ledger import counters
from verdicts.ledger.counters import SCAN_SECONDS, Counters, Durations
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


@pytest.mark.parametrize("at, bound", list(enumerate(SCAN_SECONDS)))
def test_a_bound_belongs_to_its_bucket(at: int, bound: float) -> None:
    durations = Durations()
    durations.observe(bound)
    durations.observe(bound * 1.01)
    assert durations.buckets[at : at + 2] == [1, 1]
    assert sum(durations.buckets) == 2
