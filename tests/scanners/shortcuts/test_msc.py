"""Consoles: snap-ins are ordinary, scripts and commands are not."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.launchers import Finding
from scanners.shortcuts.msc import judge_msc

CASES = [
    (
        '<MMC_ConsoleFile><SnapIn CLSID="{x}"/><String ID="1">Favorites</String></MMC_ConsoleFile>',
        [],
    ),
    (
        (
            '<MMC_ConsoleFile><String ID="1">res://apds.dll/redirect.html?target='
            "x</String></MMC_ConsoleFile>"
        ),
        ["script"],
    ),
    ("<MMC_ConsoleFile><String>java&#x73;cript:1</String></MMC_ConsoleFile>", ["script"]),
    (
        (
            '<MMC_ConsoleFile><CommandLine Directory="" Exec="powershell.exe" Par'
            'ams="a > b"/></MMC_ConsoleFile>'
        ),
        ["shell"],
    ),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_judge_msc(
    text: str, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    assert words(judge_msc(text)) == expected
