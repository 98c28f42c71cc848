"""Office specimens expect what they were made for, and the bench yields it."""

import time
from pathlib import Path

import pytest

from samples.office import honest, office_specimens, with_files, with_links, with_macros
from samples.specimen import Specimen
from scanners.budget import Budget
from scanners.model import Content, DetectionLevel
from scanners.registry import build_bench
from scanners.walk import examine

BENCH = build_bench(Path(__file__).parents[2] / "rules")


def found(specimen: Specimen) -> set[str]:
    content = Content(
        memoryview(specimen.data), name=specimen.name, declared_type=specimen.declared_type
    )
    examination = examine(content, BENCH, Budget(time.monotonic() + 20, 1 << 26, 100, 8))
    codes = {d.code.value for d in examination.detections if d.level is not DetectionLevel.INFO}
    return codes | {f"unscanned.{gap.reason.value}" for gap in examination.unscanned}


@pytest.mark.parametrize("specimen", office_specimens(), ids=lambda s: s.name)
def test_the_bench_yields_what_is_expected_and_no_more(specimen: Specimen) -> None:
    assert found(specimen) == set(specimen.expected)


def test_kinds() -> None:
    assert {code for s in with_macros() for code in s.expected} == {"document.macro"}
    assert {code for s in with_links() for code in s.expected} == {"document.external"}
    assert all(s.expected for s in with_files())
    assert not any(s.expected for s in honest())


def test_they_are_small() -> None:
    assert sum(len(s.data) for s in office_specimens()) < 100_000
