"""Functions that a parsed Excel formula calls ([MS-XLS] §2.5.198, [MS-XLSB] §2.5.97): no emulation.

The same tokens in both formats; only the sizes of references differ.
"""

import struct
from collections.abc import Iterator

STARTS = {0x6E: "EXEC", 0x95: "REGISTER", 0x96: "CALL", 0x10B: "REGISTER.ID", 0xAF: "INITIATE"}
"""Functions of macro sheets that start programs or call libraries (§2.5.198.17)."""
WRITES = {0x8060: "FORMULA", 0x8061: "FORMULA.FILL", 0x58: "SET.NAME", 0x101: "EVALUATE"}
"""... that make formulas of text; commands have the highest bit (§2.5.198.4)."""
FUNCTIONS = {**STARTS, **WRITES, 0x36: "HALT"}
STARTING = frozenset(STARTS.values())
WRITING = frozenset(WRITES.values())

_SIZES_XLS = {
    0x01: 5, 0x02: 5, 0x17: 0, 0x18: 0, 0x19: 0, 0x1C: 2, 0x1D: 2, 0x1E: 3, 0x1F: 9,
    0x20: 8, 0x21: 3, 0x22: 4, 0x23: 5, 0x24: 5, 0x25: 9, 0x26: 7, 0x27: 7, 0x28: 7, 0x29: 3,
    0x2A: 5, 0x2B: 9, 0x2C: 5, 0x2D: 9, 0x39: 7, 0x3A: 7, 0x3B: 11, 0x3C: 7, 0x3D: 11,
}  # fmt: skip
_SIZES_XLSB = _SIZES_XLS | {
    0x01: 5, 0x20: 15, 0x24: 7, 0x25: 13, 0x2A: 7, 0x2B: 13, 0x2C: 7, 0x2D: 13,
    0x3A: 9, 0x3B: 15, 0x3C: 9, 0x3D: 15,
}  # fmt: skip
"""Bytes of each token, its own first one included; operators (0x03-0x16) have no more."""


def called(tokens: bytes, *, wide: bool = False) -> Iterator[str]:
    """Yield the names of functions a formula calls, among those of FUNCTIONS.

    `wide`: the tokens of an .xlsb.  From a token that nobody knows on, it is guessed.
    """
    sizes = _SIZES_XLSB if wide else _SIZES_XLS
    at = 0
    while at < len(tokens):
        token = tokens[at]
        base = token if token < 0x20 else (token & 0x1F) | 0x20
        if base in (0x21, 0x22):
            yield from _function(tokens[at + base - 0x20 :][:2])
        size = _size(tokens, at, base, sizes, wide=wide)
        if not size:
            yield from guessed(tokens[at:])
            return
        at += size


def _size(tokens: bytes, at: int, base: int, sizes: dict[int, int], *, wide: bool) -> int:
    """Return the length of a token; 0 if it is unknown."""
    if 0x03 <= base <= 0x16:
        return 1
    if base == 0x17:
        return _text_size(tokens, at, wide=wide)
    if base == 0x18:  # extended: a list, or something of later versions
        return 5 if wide else 0
    if base == 0x19:
        chosen = tokens[at + 1 : at + 2] == b"\x04"
        count = int.from_bytes(tokens[at + 2 : at + 4], "little")
        return 4 + 2 * (count + 1) if chosen else 4
    return sizes.get(base, 0)


def _text_size(tokens: bytes, at: int, *, wide: bool) -> int:
    if wide:
        return 3 + 2 * int.from_bytes(tokens[at + 1 : at + 3], "little")
    length, flags = (tokens[at + 1 : at + 3] + b"\0\0")[:2]
    return 3 + length * (2 if flags & 1 else 1)


def _function(raw: bytes) -> Iterator[str]:
    name = FUNCTIONS.get(int.from_bytes(raw, "little"))
    if name:
        yield name


def guessed(tokens: bytes) -> Iterator[str]:
    """Yield what may be a call of a function that starts something, at any place.

    For the tokens of Excel 5, whose sizes differ, and behind what nobody knows.
    """
    for number, name in STARTS.items():
        raw = struct.pack("<H", number)
        at = tokens.find(raw)
        while at > 0:
            if tokens[at - 1] in (0x21, 0x41, 0x61) or tokens[at - 2] in (0x22, 0x42, 0x62):
                yield name
                break
            at = tokens.find(raw, at + 1)
