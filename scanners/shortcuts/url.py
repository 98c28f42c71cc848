"""Internet shortcuts (.url): to a page they are bookmarks, to a path or a scheme they are not."""

from collections.abc import Iterator

from scanners.shortcuts.ini import settings
from scanners.shortcuts.launchers import Finding, is_runnable, is_web, judge_address, judge_line

ADDRESSES = frozenset({"url", "baseurl", "url.w"})


def judge_url(text: str) -> Iterator[Finding]:
    """Yield why opening it does more than show a page."""
    for setting in settings(text):
        if not setting.section.startswith("internetshortcut"):
            continue
        if setting.key in ADDRESSES:
            yield from _address(setting.value)
        elif setting.key == "workingdirectory" and judge_address(setting.value):
            # CVE-2025-33053: a program of the system takes its parts from there
            yield Finding("remote", "starts a program in a folder of somebody's server")
        elif setting.key == "iconfile" and judge_address(setting.value):
            yield Finding("remote_icon", "its icon lies on a server that learns who looks at it")


def _address(address: str) -> Iterator[Finding]:
    if is_web(address):
        return
    if found := judge_address(address) or judge_line(address):
        yield found
    elif is_runnable(address):
        yield Finding("program", "starts a program by its path")
