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


@pytest.mark.parametrize("at, bound", list(enumerate(SCAN_SECONDS)))
def test_a_bound_belongs_to_its_bucket(at: int, bound: float) -> None:
    durations = Durations()
    durations.observe(bound)
    durations.observe(bound * 1.01)
    assert durations.buckets[at : at + 2] == [1, 1]
    assert sum(durations.buckets) == 2
