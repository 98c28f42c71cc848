"""What one record is in the statistics, said without the code that counts."""

from collections.abc import Callable

import pytest

from verdicts.ledger.entry import Entry
from verdicts.ledger.stats.sums import Sum


@pytest.fixture(scope="session")
def to_sum() -> Callable[[Entry], Sum]:
    def counted(entry: Entry) -> Sum:
        verdict, _, missed = entry
        return Sum(
            transfers=1,
            bytes=verdict.size,
            blocked=1 if verdict.action in {"block", "cut"} else 0,
            held=1 if verdict.action == "hold" else 0,
            unscanned=1 if missed else 0,
        )

    return counted
