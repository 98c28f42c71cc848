"""Registry exports: settings are ordinary, what starts with the system is not."""

from collections.abc import Callable, Iterator

import pytest

from scanners.shortcuts.launchers import Finding
from scanners.shortcuts.reg import judge_reg

CASES = [
    ('[HKEY_CURRENT_USER\\Software\\Vendor\\Editor]\n"Font"="Arial"\n@="x"', []),
    (
        '[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run]\n"a"="b.exe"',
        ["autostart"],
    ),
    (
        (
            "[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce]\n"
            "@=hex(2):61,00"
        ),
        ["autostart"],
    ),
    ('[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run]\n"a"=-', []),
    ('[-HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run]\n"a"="b"', []),
    ('[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Runtime]\n"a"="b"', []),
    (
        (
            "[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Explore"
            'r\\Advanced]\n"HideFileExt"=dword:0'
        ),
        [],
    ),
    ('[HKEY_CLASSES_ROOT\\txtfile\\shell\\open\\command]\n@="x.exe %1"', ["autostart"]),
    ('[HKEY_CLASSES_ROOT\\.abc]\n@="abcfile"', []),
    (
        (
            "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Ima"
            'ge File Execution Options\\a.exe]\n"Debugger"="b"'
        ),
        ["autostart"],
    ),
    (
        (
            "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Win"
            'logon]\n"DefaultUserName"="ada"'
        ),
        [],
    ),
    (
        (
            "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\x]\n"
            '"Start"=dword:2\n"ImagePath"="x"'
        ),
        ["autostart"],
    ),
]


@pytest.mark.parametrize("text, expected", CASES)
def test_judge_reg(
    text: str, expected: list[str], words: Callable[[Iterator[Finding]], list[str]]
) -> None:
    assert words(judge_reg(text)) == expected
