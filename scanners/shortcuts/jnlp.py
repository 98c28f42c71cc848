"""Java Web Start (.jnlp): a program that lies elsewhere and is fetched and run by a click."""

import re
from collections.abc import Iterator
from html import unescape

from scanners.shortcuts.launchers import Finding, is_web, judge_address

_SOURCE = re.compile(r"\b(?:codebase|href)\s*=\s*[\"']([^\"'<>]{1,4096})", re.IGNORECASE)


def judge_jnlp(text: str) -> Iterator[Finding]:
    for source in _SOURCE.finditer(text):
        address = unescape(source[1])
        if is_web(address) or judge_address(address):
            yield Finding("download", "runs a Java program of a server")
            return
