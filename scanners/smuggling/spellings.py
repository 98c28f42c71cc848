"""Bytes spelled as text, in one piece or many: base64, hex digits, numbers, escapes of strings.

Readers start where a first letter was found and go on over what programs put between the pieces:
quotes and signs of joining, line breaks, prefixes of numbers, assignments (`s = s & "…"`), signs
that a script takes out again before it decodes.
"""

import binascii
import html
import re
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

LONGEST = 8 * 1024 * 1024
"""Letters of one text that are read."""
SLACK = 512
"""Letters before that limit at which a reader may stop because a piece is cut by it."""
Spelled = tuple[bytes, int]
"""What came out, and how many letters it took."""
Reader = Callable[[bytes, int], Spelled]
"""Takes a text that begins with the first letter, and how many bytes are wanted at least."""

_NAME = rb"[A-Za-z_$][\w$.\[\]-]{0,40}+"
_ASSIGN = rb"(?:" + _NAME + rb"\s{0,4}+(?:[+&.,]?=|[+&.,(])\s{0,4}+){1,3}+[\"'`]"
_BETWEEN_QUOTES = rb"[\"'`](?:[\s+&.,;_\\()\[\]{}]{0,40}+(?:" + _ASSIGN + rb"|[\"'`]))"
_SET = rb"[sS][eE][tT] \"?\w{1,32}+=(?:[%!]\w{1,32}+[%!])?+"
_COMMENT = rb"(?:@?[eE][cC][hH][oO][ .]|::|['#;]|//|[rR][eE][mM] |" + _SET + rb")? ?"
_REDIRECTED = rb"(?:\s{0,4}>{1,2}+[^\r\n]{1,100}+)?"
_LINE = _REDIRECTED + rb"[\\`^_+\"]{0,2}\s{0,4}\r?\n[ \t]*+" + _COMMENT
_FILLER = rb"[@#!$%*~^|.:?]{1,4}+"
_LETTERS = re.compile(
    rb"(?:" + _BETWEEN_QUOTES + rb"|" + _LINE + rb"|" + _FILLER + rb")?+"
    rb"([A-Za-z0-9+/_-]{1,4096}+={0,2}+)",
    re.DOTALL,
)
_PREFIX = rb"\\x|\\u00|0[xX]|&[hH]|[cC][hH][rR][wWbB$]?\s?\("
_STATEMENT = rb"\n[ \t]*+" + _NAME + rb"(?:[ \t]*+[=(]|[ \t])"
_DIGITS = re.compile(
    rb"(?:" + _PREFIX + rb"|" + _ASSIGN + rb"|[^0-9A-Za-z]){0,200}+([0-9a-fA-F]{1,4096}+)"
)
_NUMBER = re.compile(
    rb"(?:" + _PREFIX + rb"|" + _ASSIGN + rb"|" + _STATEMENT + rb"|[^0-9A-Za-z-]){0,200}+"
    rb"(-?[0-9]{1,3}+)(?![0-9A-Za-z])"
)
_ESCAPED = re.compile(
    rb"(?:" + _BETWEEN_QUOTES + rb")?+"
    rb"(?:\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\([0-7]{1,3})|\\([^\r\n])|([^\\\"'`\r\n]{1,4096}+|[\"'`]))"
)
_CONTROLS = {
    b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v",
}  # fmt: skip
_LINK = re.compile(rb"data:([^,\"'<>\s]{0,200}),([^\"'<>`\s]*+)")
_QUOTES = (b'"', b"'", b"`")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def is_cut(data: bytes, taken: int, left: int) -> bool:
    """Say whether a reader that was given LONGEST of `left` letters might have gone on."""
    return len(data) >= LONGEST or (taken >= LONGEST - SLACK and left > LONGEST)


def read_base64(text: bytes, wanted: int) -> Spelled:
    letters, end = bytearray(), 0
    for match in _matches(_LETTERS, text):
        end = match.end()
        letters += match[1].rstrip(b"=")
        if len(letters) * 3 // 4 >= wanted or match[1].endswith(b"="):
            break
    usable = len(letters) // 4 * 4 + (len(letters) % 4 if len(letters) % 4 != 1 else 0)
    padded = bytes(letters[:usable]).translate(_URL_SAFE) + b"=" * (-usable % 4)
    return binascii.a2b_base64(padded), end


def read_packed(text: bytes, wanted: int) -> Spelled:
    """Read base64 of data that is compressed with gzip or zlib, as it comes out of that.

    A quote may stand before its first letter.
    """
    quoted = text[:1] in _QUOTES
    packed, end = read_base64(text[quoted:], wanted)
    try:
        data = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(packed, max(wanted, 1))
    except zlib.error:
        data = b""
    return data, end + quoted


def read_hex(text: bytes, wanted: int) -> Spelled:
    digits, end = bytearray(), 0
    for match in _matches(_DIGITS, text):
        end = match.end()
        digits += match[1] if len(match[1]) % 2 == 0 else b"0" + match[1]
        if len(digits) >= 2 * wanted:
            break
    return bytes.fromhex(digits.decode("ascii")), end


def read_numbers(text: bytes, wanted: int) -> Spelled:
    data, end = bytearray(), 0
    for match in _matches(_NUMBER, text):
        end = match.end()
        number = int(match[1])
        if not -128 <= number <= 255 or len(data) >= wanted:
            break
        data.append(number & 0xFF)
    return bytes(data), end


def read_escapes(text: bytes, wanted: int) -> Spelled:
    """Read a string as its program does: letters that stand for themselves, and escapes."""
    data, end = bytearray(), 0
    for match in _matches(_ESCAPED, text):
        end = match.end()
        pair, wide, octal, other, plain = match.groups()
        if pair or wide:
            data.append(int(pair or wide, 16) & 0xFF)
        elif octal:
            data.append(int(octal, 8) & 0xFF)
        else:
            data += plain or _CONTROLS.get(other, other)
        if len(data) >= wanted:
            break
    return bytes(data), end


def read_link(text: bytes, wanted: int) -> Spelled:
    """Read a `data:` URL that is written so that its base64 is none, or that has none."""
    match = _LINK.match(text)
    if match is None:
        return b"", 0
    body = match[2]
    if b"&" in body:
        body = html.unescape(body.decode("latin-1")).encode("latin-1", "ignore")
    elif b"%" not in body:
        return b"", 0  # plain letters are others' to read
    data = unquote_to_bytes(body)
    if match[1].lower().endswith(b";base64"):
        data, _ = read_base64(data, wanted)
    return data[:wanted], match.end()


def _matches(pattern: re.Pattern[bytes], text: bytes) -> Iterator[re.Match[bytes]]:
    """Yield each match that follows the last one directly."""
    at = 0
    while match := pattern.match(text, at):
        at = match.end()
        yield match
