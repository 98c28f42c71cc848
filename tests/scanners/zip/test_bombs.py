"""Bombs end soon, with a detection or a gap, within the limits as shipped."""

import time
from collections.abc import Callable

import pytest

from scanners.budget import Budget
from scanners.model import Examination
from scanners.settings import Limits
from tests.scanners.zip.bombs import BOMBS, PACKED_ZEROS, fifield

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
SECONDS = 2
SLOW = 3
"""Times the work may take on a machine that has other work to do."""
TOLD = {"archive.bomb", "archive.ambiguous", "unscanned.too_many", "unscanned.too_large",
        "unscanned.too_deep"}  # fmt: skip


@pytest.mark.parametrize("make", BOMBS.values(), ids=BOMBS)
def test_bombs_end_soon(run: Examine, findings: Findings, make: Callable[[], bytes]) -> None:
    data, limits = make(), Limits()
    budget = Budget(
        time.monotonic() + limits.scan_seconds, limits.unpacked_bytes, limits.members, limits.depth
    )
    started = time.process_time()
    found = findings(run(data, budget=budget))
    spent = time.process_time() - started

    assert found & TOLD
    assert spent < SECONDS * SLOW


def test_the_overlapping_bomb_is_small() -> None:
    """It claims more than a hundred times what deflate can do."""
    assert len(fifield(100)) < len(PACKED_ZEROS) + 100 * (34 + 5 + 50) + 22
