"""However many findings of one kind come first, one of another is kept; the clock is looked at."""

import itertools
import time
from collections.abc import Iterator

import pytest

from scanners.budget import Budget
from scanners.errors import ContentMalformed, DeadlinePassed
from scanners.few_of_each import few_of_each


def _budget(seconds: float = 20) -> Budget:
    return Budget(time.monotonic() + seconds, 1 << 20, 10, 8)


def _is_even(number: int) -> bool:
    return number % 2 == 0


def test_many_of_one_kind_hide_no_other() -> None:
    numbers = [*range(0, 2000, 2), 7]
    assert list(few_of_each(numbers, _is_even, 3, _budget())) == [0, 2, 4, 7]


def test_equal_ones_are_kept_once_and_count_once() -> None:
    numbers = [2, 2, 2, 4, 2, 6, 4]
    assert list(few_of_each(numbers, _is_even, 3, _budget())) == [2, 4, 6]


def test_what_came_before_an_error_is_kept() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ContentMalformed("no more")

    kept: list[int] = []
    with pytest.raises(ContentMalformed):
        kept.extend(few_of_each(broken(), _is_even, 3, _budget()))
    assert kept == [1]


def test_the_clock_ends_it_even_if_none_is_kept() -> None:
    with pytest.raises(DeadlinePassed):
        list(few_of_each(itertools.repeat(2), _is_even, 0, _budget(seconds=0.05)))
