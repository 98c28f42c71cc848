"""application/x-www-form-urlencoded: long fields decoded, short ones as they describe them.

The label proves nothing: it is what HTTP libraries say of raw bytes, too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus, unquote_to_bytes

from scanners.base64_runs import SHORTEST
from scanners.transfer_encoding import FEED

FORM = "application/x-www-form-urlencoded"
SHORTEST_VALUE = 64
"""Bytes; a value of fewer holds no file, even if nothing of it is coded."""
MOST_SHORT = 100
"""Short fields that are looked at for a name or a type of the long ones."""

_SEGMENT = re.compile(rb"[^&]++")
_SEMICOLON = re.compile(rb";([A-Za-z0-9_.\[\]-]{1,200}+)=")
_KEY = re.compile(rb"([^=&\x00-\x20<>\"'(){}\x7f]{0,200})=")
_CODED = re.compile(rb"%[0-9A-Fa-f]{2}|\+")
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\r\n\t"
_RAW_SHARE = 16


@dataclass(frozen=True, slots=True)
class FormField:
    key: str
    start: int
    """Where the value begins, still coded."""
    end: int
    coded: bool
    """It is text with percent signs or pluses that decoding changes."""


def long_fields(view: memoryview) -> Iterator[FormField]:
    """Yield the fields whose value could hold a file, and whatever looks like one in raw bytes.

    Some receivers end a field at a semicolon, too: what follows one is told again on its own.
    """
    for segment in _SEGMENT.finditer(view):
        start, end = segment.span()
        key = _KEY.match(view, start, end) if end - start >= SHORTEST_VALUE else None
        if key is None or end - key.end() < SHORTEST_VALUE:
            continue
        yield _field(view, key, end)
        inner: re.Match[bytes] | None = None
        for following in _SEMICOLON.finditer(view, key.end(), end):
            if inner is not None and following.start() - inner.end() >= SHORTEST_VALUE:
                yield _field(view, inner, following.start())
            inner = following
        if inner is not None and end - inner.end() >= SHORTEST_VALUE:
            yield _field(view, inner, end)


def _field(view: memoryview, key: re.Match[bytes], end: int) -> FormField:
    coded = _CODED.search(view, key.end(), end) is not None
    text = coded and _is_printable(view[key.end() : end])
    return FormField(_text(key[1]), key.end(), end, text)


def short_fields(view: memoryview) -> list[tuple[str, str]]:
    """Return the first short fields, decoded."""
    found: list[tuple[str, str]] = []
    for segment in _SEGMENT.finditer(view):
        start, end = segment.span()
        key = _KEY.match(view, start, end) if end - start < 4 * SHORTEST else None
        if key is not None:
            found.append((_text(key[1]), _text(bytes(view[key.end() : end]))))
        if len(found) == MOST_SHORT:
            break
    return found


def form_decoded(view: memoryview) -> Iterator[bytes]:
    """Undo the coding of a value: a plus is a blank (URL Standard §5.1)."""
    for piece in _pieces(view):
        yield unquote_to_bytes(piece.replace(b"+", b" "))


def percent_decoded(view: memoryview) -> Iterator[bytes]:
    for piece in _pieces(view):
        yield unquote_to_bytes(piece)


def _pieces(view: memoryview) -> Iterator[bytes]:
    start = 0
    while start < len(view):
        raw = bytes(view[start : start + FEED])
        if start + len(raw) < len(view) and b"%" in raw[-2:]:
            raw = raw[: raw.rindex(b"%")] or raw  # leaves the escape to the next piece
        start += len(raw)
        yield raw


def _is_printable(view: memoryview) -> bool:
    pieces = (bytes(view[at : at + FEED]) for at in range(0, len(view), FEED))
    raw = sum(len(piece.translate(None, _PRINTABLE)) for piece in pieces)
    return raw * _RAW_SHARE <= len(view)


def _text(raw: bytes) -> str:
    return unquote_plus(raw.decode("latin-1"))
