"""Consoles of Windows administration (.msc): XML in which tasks are commands, pages scripts."""

import re
from collections.abc import Iterator
from html import unescape

from scanners.shortcuts.launchers import MAX_TEXT, Finding, judge_line

_COMMAND = re.compile(r"<CommandLine\b((?:[^<>\"]|\"[^\"<]*+\")*+)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(\w{1,32})\s*=\s*\"([^\"]{0,32768})\"")
_SCRIPT = re.compile(r"apds\.dll|javascript:|vbscript:|<script\b|transformNode", re.IGNORECASE)
"""GrimResource: an old page of the system runs the script in its address."""


def judge_msc(text: str) -> Iterator[Finding]:
    if _SCRIPT.search(text) or _SCRIPT.search(unescape(text)):
        yield Finding("script", "a page of the console runs a script")
    for command in _COMMAND.finditer(text):
        said = " ".join(unescape(value) for _, value in _ATTRIBUTE.findall(command[1][:MAX_TEXT]))
        if found := judge_line(said):
            yield found
            return
