"""Themes: parts of this computer are ordinary, parts of servers are not."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.launchers import Finding
from scanners.shortcuts.theme import judge_theme

CASES = [
    (
        (
            "[Control Panel\\Desktop]\nWallpaper=%SystemRoot%\\web\\a.jpg\n[boot]\n"
            "SCRNSAVE.EXE=%SystemRoot%\\system32\\a.scr"
        ),
        [],
    ),
    ("[Icon Theme]\nName=Hicolor\nDirectories=16x16/apps", []),
    ("[VisualStyles]\nPath=\\\\files.example\\a\\Aero.msstyles", ["remote"]),
    ("[boot]\nSCRNSAVE.EXE=C:\\Users\\Public\\a.scr", ["program"]),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_judge_theme(
    text: str, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    assert words(judge_theme(text)) == expected
