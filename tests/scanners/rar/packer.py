"""Packs for RAR without finding repetitions: every byte is a literal.  Enough to test unpackers."""

from collections.abc import Iterable

CODES_5 = 306 + 64 + 16 + 44
"""Literals and lengths, distances, low bits of distances, repetitions."""
CODES_4 = 299 + 60 + 17 + 28
_ZEROS = 19
_LITERALS = dict.fromkeys(range(256), 8)


def packed5(data: bytes, *, last: bool = True) -> bytes:
    """Return one block of RAR 5, of as many literals."""
    return block5(tables(_LITERALS, CODES_5) + _bits((byte, 8) for byte in data), last=last)


def packed4(data: bytes) -> bytes:
    """Return what RAR 2.9 to 4 make: no PPM, no tables of before, an end mark.

    unar wants some bits more behind it.
    """
    others = (start + code for start in (299, 299 + 60, 299 + 60 + 17) for code in (0, 1))
    lengths = _LITERALS | {255: 9, 256: 9} | dict.fromkeys(others, 1)
    literals = ((0x1FE, 9) if byte == 255 else (byte, 8) for byte in data)
    return _bytes("00" + tables(lengths, CODES_4) + _bits(literals) + "1" * 9 + "0" * 17)


def zeros5(count: int) -> bytes:
    """Return one block of RAR 5 that unpacks to about so many zeros, 32 KiB for each byte of it."""
    longest = 262 + 43
    codes = {0: 2, 257: 1, longest: 2, 306: 1}
    start = "10" + "11" + "1" * 9 + "0"  # a zero; the longest match; of distance 1
    return block5(tables(codes, CODES_5) + start + "0" * (count // 4097), last=True)


def block5(bits: str, *, last: bool) -> bytes:
    body = _bytes(bits)
    size = len(body).to_bytes(3, "little")
    flags = 0x80 | (0x40 if last else 0) | 2 << 3 | (len(bits) - 1) % 8
    checksum = 0x5A ^ flags ^ size[0] ^ size[1] ^ size[2]
    return bytes([flags, checksum]) + size + body


def tables(lengths: dict[int, int], codes: int) -> str:
    """Return the lengths of all codes, themselves coded: 12 with four bits, 8 with five."""
    text = _bits((4 if symbol < 12 else 5, 4) for symbol in range(20))
    at = 0
    while at < codes:
        if length := lengths.get(at, 0):
            text += _symbol(length)
            at += 1
            continue
        run = 1
        while at + run < codes and not lengths.get(at + run) and run < 138:
            run += 1
        text += f"{_symbol(_ZEROS)}{run - 11:07b}" if run >= 11 else _symbol(0) * run
        at += run
    return text


def _symbol(number: int) -> str:
    return f"{number:04b}" if number < 12 else f"{number + 12:05b}"


def _bits(fields: Iterable[tuple[int, int]]) -> str:
    return "".join(f"{value:0{width}b}" for value, width in fields)


def _bytes(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")
