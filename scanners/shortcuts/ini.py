"""Reads files of sections, keys and values, as Windows and desktops do: leniently."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_LINE = re.compile(r"[^\r\n]{3,}")
_QUOTES = "\"'"


class Setting(NamedTuple):
    """One line: section and key in lower case, the value as written, without quotes around it."""

    section: str
    key: str
    value: str


def settings(text: str) -> Iterator[Setting]:
    """Yield the settings in order; a line without "=" has an empty key."""
    section = ""
    for match in _LINE.finditer(text):
        line = match[0].strip(" \t\0\ufeff")
        if not line or line[0] in ";#":
            continue
        if line.startswith("["):
            section = line[1:].partition("]")[0].strip().lower()
            continue
        key, equals, value = line.partition("=")
        if not equals:
            key, value = "", line
        yield Setting(section, key.strip().strip(_QUOTES).lower(), _unquoted(value.strip()))


def _unquoted(value: str) -> str:
    """Take one pair of quotes off, if nothing else is quoted."""
    if (
        len(value) > 1
        and value[0] == value[-1]
        and value[0] in _QUOTES
        and value.count(value[0]) == 2
    ):
        return value[1:-1]
    return value
