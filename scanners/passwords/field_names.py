"""Names of fields, parameters and headers: do they hold a password, or what a person wrote?"""

import re
from functools import lru_cache

from scanners.passwords.words import BESIDE, FIELDS, FIELDS_ALONE, SPOKEN

LONGEST = 100
"""Characters of a name that is looked at."""
KNOWN_NAMES = 4096
"""Answers kept: the names of headers and parameters are the same in every request."""

_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+")
_SURE = frozenset(FIELDS.split())
_LONG = tuple(word for word in _SURE if len(word) >= 6)
_ALONE = frozenset(FIELDS_ALONE.split())
_BESIDE = frozenset(BESIDE.split())
_SPOKEN = frozenset(SPOKEN.split())
_SHORTEST = tuple(
    word
    for word in _SURE | _ALONE
    if word.isascii() and not any(other != word and other in word for other in _SURE | _ALONE)
)


def may_hold_name(text: str) -> bool:
    """Say, in 2 us, whether a name of a password can be in a text: in most URLs there is none."""
    lowered = text.lower()
    return "%" in text or not text.isascii() or any(word in lowered for word in _SHORTEST)


@lru_cache(KNOWN_NAMES)
def is_password_name(name: str) -> bool:
    """Say whether a field of this name holds a password: `zip_pwd`, `filePassword`, `key`."""
    if not 0 < len(name) <= LONGEST:
        return False
    words = [word.lower() for word in _WORD.findall(name)]
    together = "".join(words)
    if any(word in _SURE for word in words) or any(word in together for word in _LONG):
        return True
    return not _ALONE.isdisjoint(words) and set(words) <= _ALONE | _BESIDE


def is_spoken_name(name: str) -> bool:
    """Say whether a field of this name holds what a person wrote: `initial_comment`, `caption`.

    So does what has no name at all.
    """
    words = [word.lower() for word in _WORD.findall(name[:LONGEST])]
    return not words or "".join(words) in _SPOKEN or any(word in _SPOKEN for word in words)
