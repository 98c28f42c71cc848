"""Bytes spelled as text, in one piece or many: base64, hex digits, decimal numbers.

Readers start where a first letter was found and go on over what programs put between the pieces:
quotes and signs of joining, line breaks, prefixes of numbers, assignments (`s = s & "…"`).
"""

import binascii
import re
from collections.abc import Callable, Iterator

LONGEST = 8 * 1024 * 1024
"""Letters of one text that are read."""
Spelled = tuple[bytes, int]
"""What came out, and how many letters it took."""
Reader = Callable[[bytes, int], Spelled]
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


def read_base64(text: bytes, wanted: int) -> Spelled:
    letters, end = bytearray(), 0
    for piece, behind in _pieces(_LETTERS, text):
        end = behind
        letters += piece.rstrip(b"=")
        if len(letters) * 3 // 4 >= wanted or piece.endswith(b"="):
            break
    usable = len(letters) // 4 * 4 + (len(letters) % 4 if len(letters) % 4 != 1 else 0)
    padded = bytes(letters[:usable]).translate(_URL_SAFE) + b"=" * (-usable % 4)
    return binascii.a2b_base64(padded), end


def read_hex(text: bytes, wanted: int) -> Spelled:
    digits, end = bytearray(), 0
    for piece, behind in _pieces(_DIGITS, text):
        end = behind
        digits += piece if len(piece) % 2 == 0 else b"0" + piece
        if len(digits) >= 2 * wanted:
            break
    return bytes.fromhex(digits.decode("ascii")), end


def read_numbers(text: bytes, wanted: int) -> Spelled:
    data, end = bytearray(), 0
    for piece, behind in _pieces(_NUMBER, text):
        end = behind
        number = int(piece)
        if not -128 <= number <= 255 or len(data) >= wanted:
            break
        data.append(number & 0xFF)
    return bytes(data), end


def _pieces(pattern: re.Pattern[bytes], text: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the data of each match that follows the last one directly, and where that ends."""
    at = 0
    while match := pattern.match(text, at):
        at = match.end()
        yield match[1], at
