"""One call that names the tricks of a name."""

from collections.abc import Callable

import pytest

from scanners.base import Bench
from scanners.disguise.tricks import NameScanner
from scanners.members import SEALED
from scanners.model import Content, DetectionLevel
from scanners.types.table import TypeTable

TricksOf = Callable[..., set[str]]


@pytest.fixture(scope="session")
def tricks_of(bench: Bench, table: TypeTable) -> TricksOf:
    """Return a call: name, content (None: sealed) -> codes, "?" behind those of level info."""
    scanner = NameScanner(table)

    def call(name: str, data: bytes | None = b"", **more: str) -> set[str]:
        file_type = SEALED if data is None else bench.identify(memoryview(data))
        content = Content(memoryview(data or b""), name, file_type=file_type, **more)  # type: ignore[arg-type]
        report = scanner.scan(content, None)  # type: ignore[arg-type]
        return {
            detection.code.value + ("?" if detection.level is DetectionLevel.INFO else "")
            for detection in report.detections
        }

    return call
