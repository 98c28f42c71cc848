"""Budget: every limit raises the error that says which one it was."""

import time

import pytest

from scanners.budget import Budget
from scanners.errors import ContentTooDeep, ContentTooLarge, DeadlinePassed, TooManyMembers


def _budget(seconds: float = 60) -> Budget:
    return Budget(time.monotonic() + seconds, bytes_left=10, members_left=2, depth=3)


def test_bytes_to_the_last_one_and_no_further() -> None:
    budget = _budget()
    budget.spend_bytes(4)
    budget.spend_bytes(6)
    with pytest.raises(ContentTooLarge):
        budget.spend_bytes(1)


def test_members_to_the_last_one_and_no_further() -> None:
    budget = _budget()
    budget.spend_member()
    budget.spend_member()
    with pytest.raises(TooManyMembers):
        budget.spend_member()


def test_depth_counts_from_the_transferred_file() -> None:
    budget = _budget()
    for depth in range(3):
        budget.require_depth(depth)
    with pytest.raises(ContentTooDeep):
        budget.require_depth(3)


def test_time() -> None:
    assert 0 < _budget(60).seconds_left() <= 60
    with pytest.raises(DeadlinePassed):
        _budget(-1).seconds_left()
