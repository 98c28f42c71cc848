"""What the tests of the engine expect of it, and how they wait."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import pytest

from scanners.model import Code, Detection, DetectionLevel, Report

Count = Callable[[], Counter[str]]


def found(name: str) -> Report:
    detection = Detection(Code.SIGNATURE_CLAMAV, "clamav", name, DetectionLevel.MALICIOUS)
    return Report(detections=(detection,))


async def until(condition: Callable[[], bool]) -> float:
    """Return how many seconds it took until `condition` held; fail after ten."""
    began = time.monotonic()
    for _ in range(1000):
        if condition():
            return time.monotonic() - began
        await asyncio.sleep(0.01)
    pytest.fail("what was waited for did not come within ten seconds")
