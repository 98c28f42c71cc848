"""Themes of Windows (.theme): pictures, styles and screen savers by path, of any server."""

from collections.abc import Iterator

from scanners.shortcuts.ini import settings
from scanners.shortcuts.launchers import Finding, is_runnable, judge_address


def judge_theme(text: str) -> Iterator[Finding]:
    for _, key, value in settings(text):
        if judge_address(value):
            yield Finding("remote", "takes a part of itself from a server")  # CVE-2023-38146
            return
        path = value.lower()
        of_windows = "%systemroot%" in path or "%windir%" in path or "\\system32\\" in path
        if key == "scrnsave.exe" and is_runnable(value) and not of_windows:
            yield Finding("program", "sets a screen saver that is not one of Windows")
