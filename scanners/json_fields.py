"""JSON without a JSON parser: long strings, and the short ones beside them in the same object.

Documents of hundreds of MiB must not become Python objects, and broken ones still get read by
somebody: only quotes are looked for, and a window around a long string.
"""

import json
import re
from collections.abc import Iterator, Sequence

from scanners.base64_runs import SHORTEST

WINDOW = 4096
"""Bytes before and behind a long string in which its object is looked at."""
NESTED = 4
"""JSON in strings of JSON in …: levels of escaped quotes that are understood."""

_STRING = re.compile(rb'"([^"]{%d,}+)' % SHORTEST)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_TOKEN = re.compile(rb'"[^"]*"|[{}\[\]:,]')

Pairs = list[tuple[str, str]]


def long_strings(view: memoryview) -> Iterator[tuple[int, int]]:
    """Yield where bytes between two quotes lie, at least SHORTEST.

    Every long string is among them.  Escaped quotes count, too: a JSON document within a string is
    read like its surroundings.
    """
    for match in _STRING.finditer(view):
        yield match.span(1)


def neighbours(view: memoryview, start: int, end: int) -> tuple[str, Pairs]:
    """Return the key of the string in view[start:end], and the short texts of its object.

    The key is empty in an array; what lies beyond the window is not told.
    """
    before = bytes(view[max(0, start - 1 - WINDOW) : max(0, start - 1)])
    behind = bytes(view[end + 1 : end + 1 + WINDOW])
    slashes = len(before) - len(before.rstrip(b"\\"))
    before = before[: len(before) - slashes]
    for _ in range(NESTED):
        if not slashes:
            break
        before, behind = _ESCAPED.sub(rb"\1", before), _ESCAPED.sub(rb"\1", behind)
        slashes //= 2
    tokens = [
        *reversed(_level(list(reversed(_tokens(before, ends_outside=True))), b"]}", b"[{")),
        None,
        *_level(_tokens(behind, ends_outside=False), b"[{", b"]}"),
    ]
    key, pairs = "", []
    for index, colon in enumerate(tokens[1:-1], 1):
        name, value = tokens[index - 1], tokens[index + 1]
        if colon != b":" or name is None or not name.startswith(b'"'):
            continue
        if value is None:
            key = _text(name)
        elif value.startswith(b'"'):
            pairs.append((_text(name), _text(value)))
    return key, pairs


def _tokens(raw: bytes, *, ends_outside: bool) -> list[bytes]:
    """Return strings and structure; a string that the window cuts at its open end is left out."""
    masked = _ESCAPED.sub(b"__", raw)
    start = masked.find(b'"') + 1 if ends_outside and masked.count(b'"') % 2 else 0
    return [raw[m.start() : m.end()] for m in _TOKEN.finditer(masked, start)]


def _level(tokens: Sequence[bytes], deeper: bytes, shallower: bytes) -> list[bytes | None]:
    """Return the tokens of the object that the first one lies in, without what lies deeper."""
    depth = 0
    kept: list[bytes | None] = []
    for token in tokens:
        if token in (deeper[:1], deeper[1:]):
            depth += 1
        elif token in (shallower[:1], shallower[1:]):
            depth -= 1
            if depth < 0:
                break
        elif depth == 0:
            kept.append(token)
    return kept


def _text(token: bytes) -> str:
    try:
        value = json.loads(token)
    except (ValueError, RecursionError):
        return token.strip(b'"').decode("latin-1")
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
