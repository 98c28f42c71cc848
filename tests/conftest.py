"""Fixtures that several folders of tests share."""

import gc
import os
from collections import Counter
from collections.abc import Callable

import pytest


@pytest.fixture
def open_descriptors() -> Callable[[], Counter[str]]:
    """What this process holds open, by target: `after - before` is what a test has left open.

    Not `==`: what an earlier test left to the garbage collector may go in the middle of this one.
    """

    def count() -> Counter[str]:
        gc.collect()
        found: Counter[str] = Counter()
        for name in os.listdir("/proc/self/fd"):
            try:
                found[os.readlink(f"/proc/self/fd/{name}").split(":")[0]] += 1
            except FileNotFoundError:  # the descriptor of the listing itself
                continue
        return found

    return count
