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
# Short texts and values are passed over within one match: each would be a Python object of its own.
_SHORT = rb"(?:[^=>]++|=(?!\s*+(?:\"[^\"]{%d}|'[^']{%d}))|>[^<]{0,%d}+(?=<[^!?]|<?\Z))*+" % (
    SHORTEST,
    SHORTEST,
    SHORTEST - 1,
)
_FIELD = re.compile(_SHORT + b"(?:" + _VALUE + b"|" + _TEXT + rb"|\Z)")
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
_REFERENCE = rb"&(?:#(?:[xX]([0-9A-Fa-f]{1,8})|([0-9]{1,8}))|(" + b"|".join(_NAMED) + b"));"
_MARKS = re.compile(b"|".join((_REFERENCE, _COMMENT, _INSTRUCTION, rb"<!\[CDATA\[|\]\]>")))


def long_fields(view: memoryview) -> Iterator[tuple[int, int]]:
    """Yield where long texts and attribute values lie, comments and sections in them included."""
    for match in _FIELD.finditer(view):
        if match.lastindex is None:  # the end
            return
        start, end = match.span(match.lastindex)
        if end - start >= SHORTEST:
            yield start, end


def needs_reading(view: memoryview) -> bool:
    """Say whether `read` would change anything."""
    return re.search(rb"[<&]", view) is not None


def read(field: memoryview) -> bytearray:
    """Return what a parser makes of a field: no comments, references replaced."""
    text, at = bytearray(), 0  # sub() would keep a list of millions of pieces
    for mark in _MARKS.finditer(field):
        text += field[at : mark.start()]
        text += _replacement(mark)
        at = mark.end()
    text += field[at:]
    return text


def _replacement(mark: re.Match[bytes]) -> bytes:
    hexadecimal, decimal, name = mark.groups()
    if name:
        return _NAMED[name]
    if not (hexadecimal or decimal):
        return b""
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return bytes([code]) if code < 128 else b"?"
