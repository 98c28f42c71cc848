"""Passwords that the heads of a transfer give: parameters and path words of the URL, header fields.

What is taken for one is never stored: `masked` is how a URL goes into the verdict log.
"""

import re
from collections.abc import Iterable
from itertools import islice
from urllib.parse import unquote_plus

from scanners.passwords.field_names import is_password_name, may_hold_name
from scanners.passwords.password import LONGEST

MOST = 8
LONGEST_URL = 8192
"""Characters that are looked at; no proxy of those we know lets more through."""
MASK = "***"

_PARTS = re.compile(r"((?:[a-z][a-z0-9+.-]*:)?//[^/?#]*)?([^?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_PATH = re.compile(r"([/;])")
_QUERY = re.compile(r"([?&#])")


def hints(url: str, fields: Iterable[tuple[str, str]] = ()) -> tuple[str, ...]:
    """Return what the URL and the header fields call a password, each once, at most MOST.

    `fields` are names in lower case and values of HTTP header fields.
    """
    found = [value for name, value in fields if is_password_name(name)]
    if url:
        pieces, places = _taken_apart(url)
        found += (unquote_plus(pieces[at][start:]) for at, start in places)
    if not found:
        return ()
    fit = (text for text in found if 0 < len(text) <= LONGEST)
    return tuple(islice(dict.fromkeys(fit), MOST))


def masked(url: str) -> str:
    """Return the URL without what it calls a password."""
    pieces, places = _taken_apart(url)
    if not places:
        return url
    for at, start in places:
        pieces[at] = pieces[at][:start] + MASK
    return "".join(pieces) + url[LONGEST_URL:]


def _taken_apart(url: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Return the URL in pieces, and where values of such names begin: which piece, and where in it.

    A parameter is name=value anywhere, the path included.  A word of the path belongs to the one
    before it (/password/X), unless it is the file's own name.
    """
    if not may_hold_name(url):
        return [url[:LONGEST_URL]], []
    parts = _PARTS.match(url[:LONGEST_URL])
    authority, path, rest = parts.groups("") if parts else ("", "", "")
    words = _PATH.split(path)
    pieces = [authority, *words, *_QUERY.split(rest)]
    places: list[tuple[int, int]] = []
    for at, piece in enumerate(pieces[1:], 1):
        name, sign, value = piece.partition("=")
        if sign and value and _is_name(name):
            places.append((at, len(name) + 1))
        elif piece and not sign and 2 < at <= len(words) and _is_given_by(pieces, at, len(words)):
            places.append((at, 0))
    return pieces, places


def _is_given_by(pieces: list[str], at: int, last: int) -> bool:
    if pieces[at - 1] != "/" or (at == last and "." in pieces[at]):
        return False
    before = unquote_plus(pieces[at - 2])
    return before.isalpha() and is_password_name(before)


def _is_name(text: str) -> bool:
    return is_password_name(unquote_plus(text) if "%" in text or "+" in text else text)
