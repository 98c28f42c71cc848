"""Java Web Start: a program of a server, or one at hand."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.jnlp import judge_jnlp
from scanners.shortcuts.launchers import Finding

CASES = [
    ('<jnlp codebase="http://files.example/" href="a.jnlp"></jnlp>', ["download"]),
    ("<jnlp codebase='file://files.example/a'/>", ["download"]),
    ('<jnlp><jar href = "HTTPS&#58;//files.example/a.jar"/></jnlp>', ["download"]),
    ('<jnlp><jar href="a.jar"/></jnlp>', []),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_judge_jnlp(
    text: str, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    assert words(judge_jnlp(text)) == expected
