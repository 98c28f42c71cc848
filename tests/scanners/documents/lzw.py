"""Packs bytes by LZW as PDF and TIFF know it (ISO 32000-1 §7.4.4); no library at hand does."""


def lzw(data: bytes, *, early: int = 1) -> bytes:
    """Return the packed bytes; `early` is 1 if codes grow one code early, as is usual."""
    table, width, bits, count = _fresh(), 9, 256, 9
    word = b""
    for value in data:
        longer = word + bytes([value])
        if longer in table:
            word = longer
            continue
        bits, count = bits << width | table[word], count + width
        table[longer] = len(table) + 2
        width = _width(len(table) + 2, early)
        if len(table) + 2 >= 4094:
            bits, count = bits << width | 256, count + width
            table, width = _fresh(), 9
        word = bytes([value])
    if word:
        bits, count = bits << width | table[word], count + width
        width = _width(len(table) + 3, early)
    bits, count = bits << width | 257, count + width
    missing = -count % 8
    return (bits << missing).to_bytes((count + missing) // 8, "big")


def _fresh() -> dict[bytes, int]:
    return {bytes([value]): value for value in range(256)}


def _width(size: int, early: int) -> int:
    """Return the bits of the next code when the reader's table is one behind `size`."""
    known = size - 1 + early
    return 9 + (known >= 512) + (known >= 1024) + (known >= 2048)
