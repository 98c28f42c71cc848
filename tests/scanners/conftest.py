"""What the tests of the bench share: the shipped bench, budgets, and one call that examines."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scanners.base import Bench
from scanners.budget import Budget
from scanners.model import Content, DetectionLevel, Examination
from scanners.registry import build_bench
from scanners.types.table import TypeTable, read_type_table
from scanners.walk import examine

RULES = Path(__file__).parents[2] / "rules"
MakeBudget = Callable[..., Budget]
Examine = Callable[..., Examination]


@pytest.fixture(scope="session")
def rules() -> Path:
    return RULES


@pytest.fixture(scope="session")
def bench(rules: Path) -> Bench:
    return build_bench(rules)


@pytest.fixture(scope="session")
def table(rules: Path) -> TypeTable:
    return read_type_table(rules / "types.toml")


@pytest.fixture(scope="session")
def new_budget() -> MakeBudget:
    def make(
        seconds: float = 20, size: int = 64 * 1024 * 1024, members: int = 100, depth: int = 8
    ) -> Budget:
        return Budget(time.monotonic() + seconds, size, members, depth)

    return make


@pytest.fixture(scope="session")
def run(bench: Bench, new_budget: MakeBudget) -> Examine:
    """Return a call that examines bytes: run(data, name=…, codings=…, budget=…)."""

    def call(data: bytes, budget: Budget | None = None, **content: object) -> Examination:
        made = Content(memoryview(data), **content)  # type: ignore[arg-type]
        return examine(made, bench, budget or new_budget())

    return call


@pytest.fixture(scope="session")
def findings() -> Callable[[Examination], set[str]]:
    """Return a call that names what was found: "code" (a plain "?" behind it for level info)."""

    def call(examination: Examination) -> set[str]:
        codes = {
            detection.code.value + ("?" if detection.level is DetectionLevel.INFO else "")
            for detection in examination.detections
        }
        return codes | {f"unscanned.{gap.reason.value}" for gap in examination.unscanned}

    return call
