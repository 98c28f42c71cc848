"""Marks that nobody sees: those that turn the direction of a name, and those of no width."""

import re
from collections.abc import Iterator

from scanners.disguise.named import BAD, NOTED, Trick
from scanners.model import Code
from scanners.names import OVERRIDE, displayed, extension, readings, shorten
from scanners.types.table import TypeTable

_OPENING = re.compile("[\u202a\u202b\u202d\u202e\u2066\u2067\u2068]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TURNING = re.compile("[\u202b\u202e\u2067\u2068]")
_NO_WIDTH = re.compile("[\u00ad\u200b-\u200d\u2060-\u2064\ufeff]+")
_HINTS = "\u061c\u200e\u200f"
"""Directions of one place: they turn no letters, and are ordinary but inside an extension."""


def mark_tricks(name: str, table: TypeTable, *, is_program: bool) -> Iterator[Trick]:
    """Yield what the invisible marks of a name, as sent, are there for."""
    if name.isascii():
        return
    name = shorten(name)
    real = [extension(reading) for reading in readings(name)]
    runs = is_program or not table.runnable.isdisjoint(real)
    if _DIRECTION.search(name):
        level = BAD if _turns(name, real, runs=runs) else NOTED
        said = "direction marks change how the name reads"
        yield Trick(Code.DISGUISE_BIDI, level, "marks", said)
    if _NO_WIDTH.search(name):
        level = BAD if runs and _divides_letters(name) else NOTED
        said = "letters without width stand in the name"
        yield Trick(Code.DISGUISE_BIDI, level, "no_width", said)


def _turns(name: str, real: list[str], *, runs: bool) -> bool:
    shown = [extension(reading) for reading in readings(displayed(name))]
    _, _, suffix = name.rpartition(".")
    return bool(
        (OVERRIDE in name and shown != real)
        or _OPENING.search(suffix)
        or (runs and _TURNING.search(name))
        or (runs and any(mark in suffix.strip(_HINTS) for mark in _HINTS))
    )


def _divides_letters(name: str) -> bool:
    """Say whether such a letter stands between ASCII, where no script or emoji needs it.

    A byte order mark in front of the name is a careless script's, not a trick.
    """
    for match in _NO_WIDTH.finditer(name):
        before, after = name[: match.start()][-1:], name[match.end() :][:1]
        if before and before.isascii() and after.isascii():
            return True
    return False
