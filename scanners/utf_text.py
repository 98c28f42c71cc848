"""Text in UTF-16 or UTF-32, read as UTF-8: parsers of JSON and XML take all of them."""

import codecs
from collections.abc import Callable, Iterator

from scanners import inflate
from scanners.budget import Budget

PIECE = 256 * 1024
"""Bytes decoded at once; whole characters of any encoding."""

Decode = Callable[[bytes, str, bool], tuple[str, int]]

_MARKS: tuple[tuple[bytes, Decode], ...] = (
    (b"\xff\xfe\0\0", codecs.utf_32_le_decode),
    (b"\0\0\xfe\xff", codecs.utf_32_be_decode),
    (b"\xff\xfe", codecs.utf_16_le_decode),
    (b"\xfe\xff", codecs.utf_16_be_decode),
)
_ZEROS: dict[tuple[bool, ...], Decode] = {
    (True, True, True, False): codecs.utf_32_be_decode,
    (False, True, True, True): codecs.utf_32_le_decode,
    (True, False, True, False): codecs.utf_16_be_decode,
    (False, True, False, True): codecs.utf_16_le_decode,
}
"""Which of the first four bytes are zero, if two ASCII characters begin the text (RFC 4627 §3)."""
_FIRST = frozenset(bytes([letter]) for letter in b'{[<" \t\r\n')


def is_wide(view: memoryview) -> bool:
    """Say whether JSON or markup in UTF-16 or UTF-32 may begin here."""
    head = bytes(view[:4])
    return head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or (
        tuple(byte == 0 for byte in head) in _ZEROS and bytes(head.strip(b"\0")[:1]) in _FIRST
    )


def as_utf8(view: memoryview, budget: Budget) -> memoryview | None:
    """Return the text as UTF-8; None if it is neither UTF-16 nor UTF-32.

    A byte order mark or zeros between the first characters tell.  Raises ScannerError.
    """
    head = bytes(view[:4])
    marked = next(((mark, decode) for mark, decode in _MARKS if head.startswith(mark)), None)
    mark, decode = marked or (b"", _ZEROS.get(tuple(byte == 0 for byte in head)))
    if decode is None:
        return None

    def recode(text: memoryview) -> Iterator[bytes]:
        at = 0
        while at < len(text):
            piece = bytes(text[at : at + PIECE])
            last = at + len(piece) == len(text)
            said, taken = decode(piece, "replace", last)
            yield said.encode("utf-8", "replace")
            at += taken or len(piece)

    unpacked = inflate.unpack(recode, view[len(mark) :], budget, ceiling=None)
    if unpacked.failure is not None:
        raise unpacked.failure
    return unpacked.view
