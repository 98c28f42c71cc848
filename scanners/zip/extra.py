"""The extra fields of a ZIP header: wide numbers, second names, encryption (APPNOTE §4.5, §4.6)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

ZIP64 = 0x0001
STRONG = 0x0017
UNICODE_PATH = 0x7075
AES = 0x9901
WIDE = 0xFFFFFFFF
"""A number that says: look into the ZIP64 field."""

_HEAD = struct.Struct("<2H")
_AES = struct.Struct("<H2sBH")
_NAME = 5
"""Offset of the name in its field, behind a version and the checksum of the other name."""


@dataclass(frozen=True, slots=True)
class Aes:
    """How WinZip encrypted a member (winzip.com, "AES Encryption Information", AE-1 and AE-2)."""

    version: int
    """1: the header has the checksum; 2: it has zero."""
    strength: int
    """1, 2, 3: keys of 128, 192, 256 bits."""
    method: int
    """Of compression; the header's own says 99."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What the extra fields of one header say."""

    names: tuple[str, ...] = ()
    """What some readers take instead of the header's own name.

    The checksum that should tie them to it is not asked: not every reader asks.
    """
    wide: tuple[int, ...] = ()
    """Numbers of the first ZIP64 field."""
    wide_fields: int = 0
    aes: Aes | None = None
    strong: bool = False
    """Encrypted as PKWARE's own programs do (§7)."""


def read_extra(data: bytes) -> Extra:
    """Return what is known of these fields; broken ones are left out."""
    if not data:
        return Extra()
    fields = list(_fields(data))
    names = (data[_NAME:] for kind, data in fields if kind == UNICODE_PATH)
    wide = [data for kind, data in fields if kind == ZIP64]
    return Extra(
        names=tuple(name.decode("utf-8", "replace") for name in names if name),
        wide=_numbers(wide[0]) if wide else (),
        wide_fields=len(wide),
        aes=next((_aes(data) for kind, data in fields if kind == AES and len(data) >= 7), None),
        strong=any(kind == STRONG for kind, _ in fields),
    )


def widened(values: list[int], extra: Extra) -> list[int]:
    """Replace each 0xFFFFFFFF by the next number of the first ZIP64 field (§4.5.3)."""
    numbers = iter(extra.wide)
    return [next(numbers, value) if value == WIDE else value for value in values]


def disputed(values: list[int], extra: Extra) -> bool:
    """Return whether readers may take other numbers than `widened` does: size, packed size.

    Some take the last ZIP64 field, some take its numbers where no 0xFFFFFFFF asks for them.  Zeros
    are room that a writer left before it knew that it would not need it.
    """
    if extra.wide_fields > 1:
        return True
    unasked = WIDE not in values and any(extra.wide)
    return unasked and any(ours != theirs for ours, theirs in zip(values[:2], extra.wide))


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack_from(f"<{len(data) // 8}Q", data)


def _aes(data: bytes) -> Aes:
    version, _, strength, method = _AES.unpack_from(data)
    return Aes(version, strength, method)


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _HEAD.size <= len(extra):
        kind, size = _HEAD.unpack_from(extra, at)
        at += _HEAD.size
        yield kind, extra[at : at + size]
        at += size
