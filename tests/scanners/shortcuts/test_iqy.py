"""Web queries: lists of SharePoint are ordinary, other servers are not."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.iqy import judge_iqy
from scanners.shortcuts.launchers import Finding

CASES = [
    ("WEB\n1\nhttps://x.sharepoint.example/sites/a/_vti_bin/owssvc.dll?XMLDATA=1\n", []),
    ("WEB\n1\nhttp://files.example/a\n\nSelection=1", ["query"]),
    ("WEB\n1\n\\\\files.example\\a\n", ["query"]),
    ("WEB\n1\n", []),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_judge_iqy(
    text: str, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    assert words(judge_iqy(text)) == expected
