"""Content-Transfer-Encoding of a body part: base64 and quoted-printable, piece by piece."""

import binascii
import re
from collections.abc import Generator, Iterable, Iterator

from scanners.errors import ContentMalformed
from scanners.inflate import Decoder

FEED = 256 * 1024
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_BLANKS = b" \t\r\n"
_JUNK = bytes(set(range(256)) - set(_ALPHABET))
_SEGMENT = re.compile(rb"[^=]+|=+")
_BROKEN_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)|[\x00-\x08\x0e-\x1f\x7f-\xff]")


def base64(view: memoryview) -> Iterator[bytes]:
    """Decode RFC 2045 §6.8; what stands behind padding is decoded as well, then called malformed.

    Receivers skip foreign characters, stop at padding or go on after it: all readings are kept,
    and a body on which they differ is no clean body.
    """
    clean = True

    def letters() -> Iterator[bytes]:
        nonlocal clean
        for start in range(0, len(view), FEED):
            raw = bytes(view[start : start + FEED])
            clean &= not raw.translate(None, _ALPHABET + _BLANKS)
            yield raw.translate(None, _JUNK)

    resumed = yield from decode_letters(letters())
    if resumed or not clean:
        raise ContentMalformed("not base64 alone")


def decode_letters(texts: Iterable[bytes]) -> Generator[bytes, None, bool]:
    """Decode pieces of nothing but the standard alphabet and padding, cut anywhere.

    Yields a piece for each piece at least; returns whether anything followed padding.
    """
    resumed, padded, left = False, False, b""
    for text in texts:
        yield b""
        for segment in _SEGMENT.findall(text):
            if segment.startswith(b"="):
                yield _quads(left)
                left, padded = b"", True
                continue
            resumed |= padded
            left += segment
            whole = len(left) // 4 * 4
            yield binascii.a2b_base64(left[:whole])
            left = left[whole:]
    yield _quads(left)
    return resumed


def _quads(left: bytes) -> bytes:
    """Decode the last, incomplete group; a single character carries no byte."""
    return binascii.a2b_base64(left + b"=" * (-len(left) % 4)) if len(left) > 1 else b""


def quoted_printable(view: memoryview) -> Iterator[bytes]:
    """Decode RFC 2045 §6.7; raw bytes that cannot be in it make it malformed."""
    clean, start = True, 0
    while start < len(view):
        raw = bytes(view[start : start + FEED])
        if start + len(raw) < len(view) and b"=" in raw[-80:]:
            raw = raw[: raw.rindex(b"=")] or raw  # leaves the escape to the next piece
        clean &= not _BROKEN_ESCAPE.search(raw)
        yield binascii.a2b_qp(raw)
        start += len(raw)
    if not clean:
        raise ContentMalformed("not quoted-printable alone")


DECODERS: dict[str, Decoder | None] = {
    "": None,
    "7bit": None,
    "8bit": None,
    "binary": None,
    "base64": base64,
    "quoted-printable": quoted_printable,
}
"""None: the bytes are as they are."""
