"""Base64 as it stands in text: JSON and URL escapes, both alphabets, line breaks, rubbish between.

Receivers decode leniently (PHP, Python, Node and Java's MIME decoder skip what is foreign), so what
decodes is decoded; nothing is ever malformed, because any long word could be base64.
"""

import binascii
import re
from collections.abc import Iterator
from enum import Enum

from scanners.inflate import Decoder
from scanners.transfer_encoding import FEED, decode_letters

LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
BREAKS = b"\r\n\t"
FOREIGN_SHARE = 16
"""One foreign character in so many makes text no base64: English has a blank in six."""
LONGEST_ESCAPE = 12
MAX_HEADER = 256
"""Bytes of a data URL before its comma."""
BEGINNING = 45_056
"""Letters that say what a file is: the mark of a disk image lies at byte 32,769."""

_ESCAPE = re.compile(rb"\\+(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|[nrtbf])?|%([0-9A-Fa-f]{2})")
_JUNK = bytes(set(range(256)) - set(LETTERS + b"="))
_FOREIGN = _JUNK + b"-_"
_KNOWN = LETTERS + b"=\\%" + BREAKS
_STANDARD = bytes.maketrans(b"-_", b"+/")
_SIGNS = (b" ", b"+", b"/", b"-", b"_")
"""What receivers read differently."""


class Spelling(Enum):
    """How receivers differ; the first is what most do."""

    USUAL = "both alphabets, blanks skipped"
    PLUS = "a blank is a plus that form decoding took for one"
    STANDARD = "minus and underscore are foreign"


def decoder(spelling: Spelling) -> Decoder:
    def decode(view: memoryview) -> Iterator[bytes]:
        return decode_letters(_letters(text, spelling) for text in unescaped(view))

    return decode


def spellings(view: memoryview) -> tuple[Spelling, ...]:
    """Return how this text may be read, the usual way first."""
    seen: set[bytes] = set()
    for text in unescaped(view):
        seen |= {sign for sign in _SIGNS if sign in text}
    return _spellings(seen)


def decode_short(text: bytes) -> list[bytes]:
    """Decode a short text at once, in all spellings; what stands behind padding, too."""
    if b"\\" in text or b"%" in text:
        text = _ESCAPE.sub(_undo, text)
    signs = {sign for sign in _SIGNS if sign in text}
    return [
        b"".join(map(_quads, _letters(text, spelling).split(b"=")))
        for spelling in _spellings(signs)
    ]


def _quads(letters: bytes) -> bytes:
    letters = letters[: -1 if len(letters) % 4 == 1 else None]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _spellings(signs: set[bytes]) -> tuple[Spelling, ...]:
    found = [Spelling.USUAL]
    if b" " in signs:
        found.append(Spelling.PLUS)
    if signs & {b"-", b"_"} and signs & {b"+", b"/"}:
        found.append(Spelling.STANDARD)
    return tuple(found)


def _letters(text: bytes, spelling: Spelling) -> bytes:
    """Return the standard letters and padding of a text without escapes."""
    if spelling is Spelling.PLUS:
        text = text.replace(b" ", b"+")
    return text.translate(_STANDARD, _FOREIGN if spelling is Spelling.STANDARD else _JUNK)


def unescaped(view: memoryview) -> Iterator[bytes]:
    """Yield the text with backslash and percent escapes undone, piece by piece.

    Escapes of line breaks vanish, a backslash before anything else does, too: `\\/` is a slash.
    """
    start = 0
    while start < len(view):
        raw = bytes(view[start : start + FEED])
        if start + len(raw) < len(view):
            tail = raw[-LONGEST_ESCAPE:]
            open_at = max(tail.rfind(b"\\"), tail.rfind(b"%"))
            if open_at >= 0:  # leaves the escape to the next piece
                raw = raw[: len(raw) - len(tail) + open_at].rstrip(b"\\") or raw
        start += len(raw)
        yield _ESCAPE.sub(_undo, raw) if b"\\" in raw or b"%" in raw else raw


def _undo(match: re.Match[bytes]) -> bytes:
    digits = match[1] or match[2] or match[3]
    code = int(digits, 16) if digits else 256
    return bytes([code]) if code < 256 else b""


def foreign(view: memoryview) -> int:
    """Return how many characters belong neither to base64 nor to escapes and line breaks."""
    pieces = range(0, len(view), FEED)
    return sum(len(bytes(view[at : at + FEED]).translate(None, _KNOWN)) for at in pieces)


def seems_base64(view: memoryview) -> bool:
    return foreign(view) * FOREIGN_SHARE <= len(view)


def beginnings(view: memoryview) -> Iterator[bytes]:
    """Yield what the first letters decode to, however much of the text is foreign.

    In all spellings; up to the first padding, 33 KB at most.
    """
    first = next(unescaped(view), b"")
    for spelling in _spellings({sign for sign in _SIGNS if sign in first}):
        letters = b""
        for text in (first,) if len(view) <= FEED else unescaped(view):
            letters += _letters(text, spelling)[: BEGINNING - len(letters)]
            if len(letters) == BEGINNING or b"=" in letters:
                break
        letters = letters.partition(b"=")[0]
        yield binascii.a2b_base64(letters[: len(letters) // 4 * 4])
