"""Where files may lie in text: `data:` URLs, and long runs of the letters of base64."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.base64_text import LETTERS, MAX_HEADER

PIECE = 256 * 1024
SHORTEST = 86
"""Characters that 64 bytes need."""
LINE = 60
"""Letters in a row that are a line of base64: lines have 76 (MIME), 64 (PEM) or 60 letters."""

_RUN_LETTERS = LETTERS + b"=\\%"
_CLASSES = bytes(0x41 if code in _RUN_LETTERS else 0x20 for code in range(256))
_LONG = b"A" * LINE
_RUN = re.compile(rb"(?:[A-Za-z0-9+/=_\\%-]++|\r?\n[ \t]*+(?=[A-Za-z0-9+/=_\\%-]))*+")
_COMMA = re.compile(rb"(?: |%20)*+(?:,|%2c|\\u002c)", re.IGNORECASE)
_SIGN = rb"(?:[a-z0-9!#$&^_.+=;*~ -]|\\?/|%[0-9a-f]{2}|\\u[0-9a-f]{4})"
_SCHEME = rb"data(?::|%3a|\\u003a)"
_HEADER = re.compile(_SCHEME + rb"(" + _SIGN + rb"*+)", re.IGNORECASE)
_LEADING = re.compile(
    rb"[ \t\r\n]*+" + _SCHEME + rb"(" + _SIGN + rb"*?)base64(?: |%20)*+(?:,|%2c|\\u002c)",
    re.IGNORECASE,
)
_PERCENT_HEADER = re.compile(rb"data:(" + _SIGN + rb"{0,256}+),", re.IGNORECASE)
_PERCENT = re.compile(rb"[^\s\"'<>()\\]*+")
_QUOTES = {quote: re.compile(quote) for quote in (b'"', b"'")}
_WORD = b"base64"
_SCHEMES = b"data:"


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that may be base64."""

    start: int
    end: int
    header: bytes | None = None
    """What stands between `data:` and the comma; None: no data URL."""
    begins: int = -1
    """Where the data URL begins."""
    breaks: int = -1
    """Where the letters of a data URL break off for who does not heed the quotes around it."""


def data_urls(view: memoryview) -> Iterator[Run]:
    """Yield the base64 of every data URL that is not short, up to what belongs to none.

    RFC 2397 as receivers take it: any case, percent signs and JSON escapes in the header; blanks
    in the base64 of one in quotes.
    """
    for at in _words(view, _WORD):
        comma = _COMMA.match(view, at + len(_WORD))
        if comma is None:
            continue
        before = bytes(view[max(0, at - MAX_HEADER) : at])
        scheme = before.lower().rfind(b"data")
        header = _HEADER.fullmatch(before, scheme) if scheme >= 0 else None
        if header is None:
            continue
        begins = at - len(before) + scheme
        breaks = _end(view, comma.end())
        end = _closing(view, begins) or breaks
        if end - comma.end() >= SHORTEST:
            yield Run(comma.end(), end, header[1], begins, min(breaks, end))


def percent_urls(view: memoryview) -> Iterator[Run]:
    """Yield what data URLs without base64 hold, if it has percent signs: icons, mostly."""
    end = 0
    for at in _words(view, _SCHEMES):
        header = _PERCENT_HEADER.match(view, at) if at >= end else None
        if header is None:
            continue
        match = _PERCENT.match(view, header.end())
        end = _closing(view, at) or (match.end() if match else at)
        if end - header.end() >= SHORTEST and b"%" in bytes(view[header.end() : end]):
            yield Run(header.end(), end, header[1], at)


def _closing(view: memoryview, begins: int) -> int | None:
    """Return where the quotes around a URL end; None if it stands in none."""
    quote = _QUOTES.get(bytes(view[max(0, begins - 1) : begins]))
    found = quote.search(view, begins) if quote else None
    return found.start() if found else None


def leading_url(view: memoryview) -> Run | None:
    """Return the data URL that a text begins with: all behind its comma, rubbish included."""
    found = _LEADING.match(view, 0, 2 * MAX_HEADER)
    return Run(found.end(), len(view), found[1], 0) if found else None


def _words(view: memoryview, word: bytes) -> Iterator[int]:
    for start in range(0, len(view), PIECE):
        piece = bytes(view[start : start + PIECE + len(word) - 1]).lower()
        at = piece.find(word)
        while at >= 0:
            yield start + at
            at = piece.find(word, at + 1)


def long_runs(view: memoryview) -> Iterator[Run]:
    """Yield runs of letters whose first line is long enough; about 1 ms a MiB of text."""
    done = 0
    for start in range(0, len(view), PIECE):
        if start + PIECE <= done:
            continue
        classes = bytes(view[start : start + PIECE + LINE]).translate(_CLASSES)
        at = classes.find(_LONG, max(0, done - start))
        while at >= 0:
            done = _end(view, start + at)
            if done - start - at >= SHORTEST:
                yield Run(start + at, done)
            at = classes.find(_LONG, done - start)


def _end(view: memoryview, start: int) -> int:
    run = _RUN.match(view, start)
    return run.end() if run else start
