"""What the tests of shortcuts share."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.launchers import Finding

Words = Callable[[Iterator[Finding]], list[str]]


@pytest.fixture(scope="session")
def words() -> Words:
    """Return a call that names the findings of a judge, in order."""
    return lambda findings: [found.word for found in findings]
