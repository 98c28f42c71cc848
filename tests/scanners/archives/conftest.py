"""What tests of archives share."""

from collections.abc import Callable

import pytest

from scanners.model import Examination


@pytest.fixture
def said(findings: Callable[[Examination], set[str]]) -> Callable[[Examination], set[str]]:
    """What was found of the archive itself: that it is a disk image is judged elsewhere."""

    def call(examination: Examination) -> set[str]:
        codes = findings(examination)
        return {code for code in codes if not code.startswith("container.disk_image")}

    return call
