"""Remote desktops: drives given away and commands count, plain connections do not."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.launchers import Finding
from scanners.shortcuts.rdp import judge_rdp

CASES = [
    ("full address:s:server\ndrivestoredirect:s:*", []),
    ("full address:s:192.0.2.7\nredirectclipboard:i:1\ndrivestoredirect:s:", []),
    ("full address:s:192.0.2.7\ndrivestoredirect:s:*", ["drives"]),
    ("\ufeffFull Address:s:far.example\ndrivestoredirect:s:C:\\;\nsignature:s:AQAB", []),
    ("full address:s:server\nalternate shell:s:cmd.exe /c x", ["shell"]),
    ("remoteapplicationprogram:s:||Excel\nremoteapplicationcmdline:s:powershell -c x", ["shell"]),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_judge_rdp(
    text: str, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    assert words(judge_rdp(text)) == expected
