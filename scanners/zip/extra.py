"""The extra fields of a ZIP header: wide numbers and second names (APPNOTE §4.5, §4.6.9)."""

import struct
from collections.abc import Iterator

ZIP64 = 0x0001
UNICODE_PATH = 0x7075
WIDE = 0xFFFFFFFF
"""A number that says: look into the ZIP64 field."""

_HEAD = struct.Struct("<2H")
_NAME = 5
"""Offset of the name in its field, behind a version and the checksum of the other name."""


def wide(extra: bytes, values: list[int]) -> list[int]:
    """Replace each 0xFFFFFFFF by the next number of the first ZIP64 field (§4.5.3)."""
    field = next((data for kind, data in _fields(extra) if kind == ZIP64), b"")
    numbers = iter(struct.unpack_from("<Q", field, at)[0] for at in range(0, len(field) - 7, 8))
    return [next(numbers, value) if value == WIDE else value for value in values]


def unicode_names(extra: bytes) -> tuple[str, ...]:
    """Return the names that some readers take instead of the header's own.

    The checksum that should tie them to it is not asked: not every reader asks.
    """
    return tuple(
        data[_NAME:].decode("utf-8", "replace")
        for kind, data in _fields(extra)
        if kind == UNICODE_PATH and len(data) > _NAME
    )


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _HEAD.size <= len(extra):
        kind, size = _HEAD.unpack_from(extra, at)
        at += _HEAD.size
        yield kind, extra[at : at + size]
        at += size
