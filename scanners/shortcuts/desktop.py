"""Launchers of Linux desktops (.desktop): honest ones start a shell, too, but fetch nothing."""

import re
from collections.abc import Iterator

from scanners.shortcuts.ini import settings
from scanners.shortcuts.launchers import MAX_TEXT, Finding, judge_address

_SHELL = re.compile(
    r"(?:^|[\s/\"'])(?:ba|da|z|k)?sh\s+(?:-\w+\s+)*-\w*c\b|\beval\b|\|\s{0,8}\w{0,8}sh\b"
)
_FETCH = re.compile(
    r"\b(?:curl|wget|nc|ncat|scp|tftp|lwp-request)\s|/dev/tcp/|base64\s+(?:-d|--decode)"
    r"|xxd\s+-r|\bchmod\s|urllib|\bopenssl\s+enc\b"
)


def judge_desktop(text: str) -> Iterator[Finding]:
    """Yield why starting it fetches or unpacks a program."""
    for setting in settings(text):
        value = setting.value[:MAX_TEXT]
        if setting.key in ("exec", "tryexec"):
            if _FETCH.search(value) and _SHELL.search(value):
                yield Finding("download", "a shell fetches or unpacks what it then runs")
        elif setting.key.startswith("url") and (found := judge_address(value)):
            yield found
