"""Bookmarks are ordinary, shortcuts to paths, servers and schemes are not."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.launchers import Finding
from scanners.shortcuts.url import judge_url

CASES = [
    (
        (
            "[InternetShortcut]\nURL=https://www.example/a.exe\n"
            "IconFile=https://www.example/favicon.ico"
        ),
        [],
    ),
    ("[InternetShortcut]\nURL=file:///C:/Users/ada/a.pdf\nIconFile=C:\\x.ico", []),
    ("[InternetShortcut]\nURL=mailto:ada@example.net\nHotKey=0\nIconIndex=1", []),
    ("[InternetShortcut]\nIDList=\nURL=\\\\192.0.2.7\\a\\b.pdf", ["remote"]),
    ("[InternetShortcut]\nURL=file://files.example/a/b.url", ["remote"]),
    ('[InternetShortcut]\nurl = "C:\\x\\b.hta"', ["program"]),
    ("[InternetShortcut]\nURL=ms-officecmd:x", ["scheme"]),
    ("[InternetShortcut]\nURL=C:\\Windows\\System32\\cmd.exe", ["shell"]),
    (
        (
            "[InternetShortcut]\nURL=C:\\Program Files\\Internet Explorer\\iediagcmd.exe\n"
            "WorkingDirectory=\\\\files.example@SSL\\a"
        ),
        ["program", "remote"],
    ),
    ("[InternetShortcut.W]\nIconFile=\\\\files.example\\a.ico", ["remote_icon"]),
    ("[Other]\nURL=\\\\192.0.2.7\\a", []),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_judge_url(
    text: str, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    assert words(judge_url(text)) == expected
