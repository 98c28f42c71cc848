"""Fixtures that several folders of tests share."""

import gc
import os
from collections import Counter
from collections.abc import Callable

import pytest


@pytest.fixture
def open_descriptors() -> Callable[[], Counter[str]]:
    """What this process holds open, by target; compare before and after."""

    def count() -> Counter[str]:
        gc.collect()  # else what an earlier test left behind may go in the middle of this one
        found: Counter[str] = Counter()
        for name in os.listdir("/proc/self/fd"):
            try:
                found[os.readlink(f"/proc/self/fd/{name}").split(":")[0]] += 1
            except FileNotFoundError:  # the descriptor of the listing itself
                continue
        return found

    return count
