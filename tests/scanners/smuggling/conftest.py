"""One call that says what a scanner of this folder finds in bytes."""

from collections.abc import Callable

import pytest

from scanners.base import Bench, Scanner
from scanners.kit import Kit
from scanners.model import Content, DetectionLevel
from scanners.types.table import TypeTable
from tests.scanners.conftest import MakeBudget

Look = Callable[..., tuple[set[str], list[bytes]]]


@pytest.fixture(scope="session")
def kit(bench: Bench, table: TypeTable) -> Kit:
    return Kit(table, bench.identify)


@pytest.fixture(scope="session")
def look(kit: Kit, new_budget: MakeBudget) -> Look:
    """Return a call: scanner, bytes -> codes ("?" behind those of level info) and children."""

    def call(scanner: Scanner, data: bytes, **more: object) -> tuple[set[str], list[bytes]]:
        view = memoryview(data)
        content = Content(view, file_type=kit.identify(view), **more)  # type: ignore[arg-type]
        report = scanner.scan(content, new_budget())
        codes = {
            found.code.value + ("?" if found.level is DetectionLevel.INFO else "")
            for found in report.detections
        }
        codes |= {f"unscanned.{gap.reason.value}" for gap in report.unscanned}
        assert all(child.hidden_from_clamav for child in report.children)
        return codes, [bytes(child.view) for child in report.children]

    return call
