"""Bytes spelled as text, in one piece or many: base64, hex digits, decimal numbers.

Readers start where a first letter was found and go on over what programs put between the pieces:
quotes and signs of joining, line breaks, prefixes of numbers, assignments (`s = s & "…"`).
"""

import binascii
import re
from collections.abc import Callable, Iterator

LONGEST = 32 * 1024 * 1024
"""Letters of one text that are read."""
Reader = Callable[[bytes, int], bytes]
"""Takes a text that begins with the first letter, and how many bytes are wanted at least."""

_NAME = rb"[A-Za-z_$][\w$.\[\]]{0,40}+"
_ASSIGN = rb"(?:" + _NAME + rb"\s{0,4}+(?:[+&.,]?=|[+&.,(])\s{0,4}+){1,3}+[\"'`]"
_BETWEEN_QUOTES = rb"[\"'`](?:[\s+&.,;_\\()\[\]{}]{0,40}+(?:" + _ASSIGN + rb"|[\"'`]))"
_COMMENT = rb"(?:@?[eE][cC][hH][oO][ .]|::|['#;]|//|[rR][eE][mM] )? ?"
_REDIRECTED = rb"(?:\s{0,4}>{1,2}+[^\r\n]{1,100}+)?"
_LINE = _REDIRECTED + rb"[\\`^_+]{0,2}\s{0,4}\r?\n[ \t]*+" + _COMMENT
_LETTERS = re.compile(
    rb"(?:" + _BETWEEN_QUOTES + rb"|" + _LINE + rb")?+([A-Za-z0-9+/_-]{1,4096}+={0,2}+)", re.DOTALL
)
_PREFIX = rb"\\x|\\u00|0[xX]|&[hH]|[cC][hH][rR][wWbB$]?\s?\("
_DIGITS = re.compile(
    rb"(?:" + _PREFIX + rb"|" + _ASSIGN + rb"|[^0-9A-Za-z]){0,200}+([0-9a-fA-F]{1,4096}+)"
)
_NUMBER = re.compile(
    rb"(?:" + _PREFIX + rb"|" + _ASSIGN + rb"|[^0-9A-Za-z-]){0,200}+(-?[0-9]{1,3}+)(?![0-9A-Za-z])"
)
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def read_base64(text: bytes, wanted: int) -> bytes:
    letters = bytearray()
    for piece in _pieces(_LETTERS, text):
        letters += piece.rstrip(b"=")
        if len(letters) * 3 // 4 >= wanted or piece.endswith(b"="):
            break
    usable = len(letters) // 4 * 4 + (len(letters) % 4 if len(letters) % 4 != 1 else 0)
    padded = bytes(letters[:usable]).translate(_URL_SAFE) + b"=" * (-usable % 4)
    return binascii.a2b_base64(padded)


def read_hex(text: bytes, wanted: int) -> bytes:
    digits = bytearray()
    for piece in _pieces(_DIGITS, text):
        digits += piece if len(piece) % 2 == 0 else b"0" + piece
        if len(digits) >= 2 * wanted:
            break
    return bytes.fromhex(digits.decode("ascii"))


def read_numbers(text: bytes, wanted: int) -> bytes:
    data = bytearray()
    for piece in _pieces(_NUMBER, text):
        number = int(piece)
        if not -128 <= number <= 255 or len(data) >= wanted:
            break
        data.append(number & 0xFF)
    return bytes(data)


def _pieces(pattern: re.Pattern[bytes], text: bytes) -> Iterator[bytes]:
    """Yield the data of each match that follows the last one directly."""
    at = 0
    while match := pattern.match(text, at):
        yield match[1]
        at = match.end()
