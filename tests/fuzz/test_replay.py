"""Every seed and every input that once broke an invariant, without a fuzzing engine."""

import importlib
from pathlib import Path

import pytest

from tests.fuzz.run import HERE, MAX_LENGTH, TARGETS

INPUTS = sorted(
    path.relative_to(HERE)
    for folder in ("corpus", "crashes")
    for path in (HERE / folder).rglob("*")
    if path.is_file()
)


@pytest.mark.parametrize("path", INPUTS, ids=str)
def test_input_breaks_nothing(path: Path) -> None:
    fuzz_one = importlib.import_module(f"tests.fuzz.targets.{path.parts[1]}").fuzz_one
    fuzz_one((HERE / path).read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_target_has_seeds(target: str) -> None:
    assert list((HERE / "corpus" / target).iterdir())


def test_inputs_are_small_and_belong_to_a_target() -> None:
    assert {path.parts[1] for path in INPUTS} == set(TARGETS)
    assert max((HERE / path).stat().st_size for path in INPUTS) <= MAX_LENGTH


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_at_all_breaks_nothing(target: str) -> None:
    importlib.import_module(f"tests.fuzz.targets.{target}").fuzz_one(b"")
