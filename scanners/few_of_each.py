"""Keeps a report short without hiding anything: a few findings of each kind, not the first ones."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from scanners.budget import Budget

Found = TypeVar("Found", bound=Hashable)


def few_of_each(
    found: Iterable[Found], kind: Callable[[Found], Hashable], most: int, budget: Budget
) -> Iterator[Found]:
    """Yield findings once each, at most `most` of a kind, and go on to the end for other kinds.

    `kind` must tell harmless ones from suspicious ones, and may have few values.  Raise
    DeadlinePassed: a caller keeps what it got by then.
    """
    kept: set[Found] = set()
    count: Counter[Hashable] = Counter()
    for each in found:
        budget.seconds_left()
        if each not in kept and count[kind(each)] < most:
            kept.add(each)
            count[kind(each)] += 1
            yield each
