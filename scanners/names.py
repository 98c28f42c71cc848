"""How a file name may be read: as stored, as a system would cut it, as a screen shows it."""

import re
from urllib.parse import unquote

MAX_NAME = 1024
"""Characters of a name that are kept: no file system stores more than 255 bytes."""

BLANKS = " \t_\u00a0\u1680\u202f\u205f\u2800\u3000\u3164\uffa0" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""Push an extension out of sight; underscores, Braille blanks and Hangul fillers do as well."""
_MARKS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0)))) + '"<>|?*'
"""Control characters, and what Windows lets no name have: savers drop or replace them."""
_AROUND = BLANKS + _MARKS
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SEPARATOR = re.compile(r"[/\\]")
_COPY = re.compile(r"[(\[]\d{1,4}[)\]]$")
OVERRIDE, POP = "\u202e", "\u202c"


def shorten(name: str) -> str:
    """Keep both ends of an endless name: the end decides what the file is."""
    if len(name) <= MAX_NAME:
        return name
    return f"{name[: MAX_NAME // 2]}~{name[-MAX_NAME // 2 + 1 :]}"


def readings(name: str) -> tuple[str, ...]:
    """Return the base names that systems could store it under, lower case, without marks.

    A C program stops at NUL, Windows at the colon of an alternate stream, a browser may undo
    percent signs.
    """
    name = shorten(name)
    spelled = {name}
    if "%" in name:
        spelled.add(unquote(name))
    for mark in "\0:":
        spelled |= {part.partition(mark)[0] for part in spelled if mark in part}
    based = (_base(text) for text in spelled)
    return tuple(dict.fromkeys(text for text in sorted(based) if text))


def _base(name: str) -> str:
    base = _SEPARATOR.split(name.rstrip("/\\"))[-1].replace("\0", "")
    return (
        _INVISIBLE.sub("", base).lower().rstrip(". " + _MARKS)
    )  # as Windows drops dots and spaces


def parts(name: str) -> list[str]:
    """Split a reading at its dots; blanks, marks, copy numbers around a part are not part of it."""
    return [_COPY.sub("", part.strip(_AROUND)).strip(_AROUND) for part in name.split(".")]


def extension(name: str) -> str:
    """Return what follows the last dot of a reading; empty if nothing does, or nothing precedes."""
    stem, _, last = name.rpartition(".")
    return last.strip(" \t" + _MARKS) if stem else ""


def displayed(name: str) -> str:
    """Return a name as a screen shows it, right-to-left overrides applied (UAX #9, roughly)."""
    shown, _, rest = shorten(name).partition(OVERRIDE)
    while rest:
        turned, _, rest = rest.partition(POP)
        shown += turned[::-1]
        plain, _, rest = rest.partition(OVERRIDE)
        shown += plain
    return shown
