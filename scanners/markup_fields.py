"""Texts of elements and values of attributes, in which XML and HTML carry files as base64.

No parser: a document that one would refuse is still read by somebody.
"""

import re
from collections.abc import Iterator

from scanners.base64_runs import SHORTEST

# Each kind ends before another of its kind begins: hostile documents must not make it search again.
_COMMENT = rb"<!--(?:[^-<]++|-(?!->)|<(?!!--))*+-->"
_SECTION = rb"<!\[CDATA\[(?:[^\]<]++|\](?!\]>)|<(?!!\[CDATA\[))*+\]\]>"
_INSTRUCTION = rb"<\?(?:[^?<]++|\?(?!>)|<(?!\?))*+\?>"
_TEXT = rb">((?:[^<]++|" + _COMMENT + b"|" + _SECTION + b"|" + _INSTRUCTION + rb")*+)"
_VALUE = rb"=\s*+(?:\"([^\"]{%d,}+)|'([^']{%d,}+))" % (SHORTEST, SHORTEST)
_FIELD = re.compile(_VALUE + b"|" + _TEXT)
_MARKS = re.compile(_COMMENT + b"|" + _INSTRUCTION + rb"|<!\[CDATA\[|\]\]>")

_NAMED = {
    b"Tab": b"\t",
    b"NewLine": b"\n",
    b"nbsp": b" ",
    b"plus": b"+",
    b"sol": b"/",
    b"equals": b"=",
    b"lowbar": b"_",
    b"comma": b",",
    b"colon": b":",
    b"semi": b";",
}
_REFERENCE = re.compile(
    rb"&(?:#(?:[xX]([0-9A-Fa-f]{1,8})|([0-9]{1,8}))|(" + b"|".join(_NAMED) + b"));"
)


def long_fields(view: memoryview) -> Iterator[tuple[int, int]]:
    """Yield where long texts and attribute values lie, comments and sections in them included."""
    for match in _FIELD.finditer(view):
        start, end = match.span(match.lastindex or 0)
        if end - start >= SHORTEST:
            yield start, end


def needs_reading(view: memoryview) -> bool:
    """Say whether `read` would change anything."""
    return re.search(rb"[<&]", view) is not None


def read(field: memoryview) -> bytes:
    """Return what a parser makes of a field: no comments, references replaced."""
    return _REFERENCE.sub(_replace, _MARKS.sub(b"", field))


def _replace(match: re.Match[bytes]) -> bytes:
    if match[3]:
        return _NAMED[match[3]]
    code = int(match[1], 16) if match[1] else int(match[2])
    return bytes([code]) if code < 128 else b"?"
