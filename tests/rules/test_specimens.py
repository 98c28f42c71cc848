"""The shipped rules and the whole bench, held against every specimen."""

import time
from pathlib import Path

import pytest

from samples.catalogue import Specimen, specimens
from scanners.base import Bench
from scanners.budget import Budget
from scanners.model import Content, DetectionLevel, Examination
from scanners.registry import build_bench
from scanners.walk import examine

RULES = Path(__file__).parents[2] / "rules"
WARM_UP_SECONDS = 1.0


@pytest.fixture(scope="module")
def bench() -> Bench:
    return build_bench(RULES)


def run(specimen: Specimen, bench: Bench) -> Examination:
    content = Content(
        memoryview(specimen.data),
        name=specimen.name,
        declared_type=specimen.declared_type,
        parameters=specimen.parameters,
        codings=specimen.codings,
    )
    return examine(content, bench, Budget(time.monotonic() + 30, 1 << 28, 5000, 8))


@pytest.mark.parametrize("specimen", specimens(), ids=lambda specimen: ascii(specimen.name))
def test_what_is_found_is_what_is_expected(specimen: Specimen, bench: Bench) -> None:
    """Nothing expected is missed, and nothing else is found beyond level info."""
    found = run(specimen, bench)
    gaps = {f"unscanned.{gap.reason}" for gap in found.unscanned}
    words = gaps | {str(one.code) for one in found.detections}
    words |= {one.name for one in found.detections}
    assert set(specimen.expected) - words == set()
    loud = {
        (str(one.code), one.name)
        for one in found.detections
        if one.level is not DetectionLevel.INFO
        and not {str(one.code), one.name} & set(specimen.expected)
    }
    assert loud == set()
    assert gaps <= set(specimen.expected)


def test_all_together_are_quick_enough_to_warm_up_with(bench: Bench) -> None:
    start = time.process_time()
    for specimen in specimens():
        run(specimen, bench)
    assert time.process_time() - start < WARM_UP_SECONDS
