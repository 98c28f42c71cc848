"""What the tests of types share: a scanner over the shipped table, and one call that names."""

from collections.abc import Callable

import pytest

from scanners.model import FileType
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable

TypeOf = Callable[[bytes], FileType]


@pytest.fixture(scope="session")
def type_of(table: TypeTable) -> TypeOf:
    scanner = TypeScanner(table)
    return lambda data: scanner.identify(memoryview(data))
