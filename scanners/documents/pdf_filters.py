"""Undo the filters of PDF streams, within the budget.  (ISO 32000-1 §7.4)"""

import re
from collections.abc import Callable, Iterator, Sequence

from scanners import inflate
from scanners.budget import Budget
from scanners.documents.pdf_syntax import Value
from scanners.errors import ContentMalformed, ContentTooLarge, ScannerError
from scanners.members import FREE_BYTES, RATIO

MAX_FILTERS = 8
"""More filters in a row have one use: to cost time."""
MAX_PREDICTED = 8 * 1024 * 1024
"""Bytes that predictors are undone for: row by row, in Python, a second for this many."""
CLEAR, END = 256, 257

_BLANK = re.compile(rb"[\0\t\n\f\r ]+")
_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]")


def undo(
    view: memoryview, filters: Sequence[tuple[str, dict[str, Value]]], budget: Budget
) -> tuple[memoryview, ScannerError | None]:
    """Return what the stream says, and why no more of it, if so.

    Filters of pictures end it: their data is a picture file.  A broken end is what viewers ignore:
    ContentMalformed comes only with no data at all.
    """
    for name, parameters in filters[:MAX_FILTERS]:
        decoder = DECODERS.get(name)
        if decoder is None:
            return view, None
        if decoder is _lzw and parameters.get("EarlyChange") == 0:
            decoder = _late_lzw
        ceiling = max(FREE_BYTES, RATIO * len(view))
        unpacked = inflate.unpack(decoder, view, budget, ceiling)
        failure = unpacked.failure
        if failure and not (isinstance(failure, ContentMalformed) and unpacked.data):
            return unpacked.view, failure
        view = unpacked.view
        if _number(parameters.get("Predictor"), 1) > 1:
            if len(view) > MAX_PREDICTED:
                return view, ContentTooLarge("too much behind a predictor")
            view = memoryview(_unpredicted(bytes(view), parameters)).toreadonly()
    return view, None


def _flate(view: memoryview) -> Iterator[bytes | inflate.Skipped]:
    yield from inflate.deflate(view)


def _ascii_hex(view: memoryview) -> Iterator[bytes]:
    digits = _NOT_HEX.sub(b"", bytes(view).partition(b">")[0])
    yield bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _ascii_85(view: memoryview) -> Iterator[bytes]:
    text = _BLANK.sub(b"", bytes(view)).removeprefix(b"<~").partition(b"~")[0]
    text = text.replace(b"z", b"!!!!!")
    for start in range(0, len(text), 5 * 4096):
        piece = text[start : start + 5 * 4096]
        missing = -len(piece) % 5
        padded = piece + b"u" * missing
        out = bytearray()
        for at in range(0, len(padded), 5):
            number = 0
            for letter in padded[at : at + 5]:
                if not 33 <= letter <= 117:
                    yield bytes(out)
                    raise ContentMalformed("no ASCII85")
                number = number * 85 + letter - 33
            out += (number & 0xFFFFFFFF).to_bytes(4, "big")
        yield bytes(out[: len(out) - missing] if missing else out)


def _run_length(view: memoryview) -> Iterator[bytes]:
    out, at, end = bytearray(), 0, len(view)
    while at < end and (length := view[at]) != 128:
        if length < 128:
            out += view[at + 1 : at + 2 + length]
            at += 2 + length
        else:
            out += bytes(view[at + 1 : at + 2]) * (257 - length)
            at += 2
        if len(out) > inflate.PIECE:
            yield bytes(out)
            out.clear()
    yield bytes(out)


def _late_lzw(view: memoryview) -> Iterator[bytes]:
    yield from _lzw(view, early=0)


def _lzw(view: memoryview, early: int = 1) -> Iterator[bytes]:
    """§7.4.4: codes of 9 to 12 bits, most significant bit first, which grow `early` codes early."""
    table: list[bytes] = []
    width, bits, held, last, out = 9, 0, 0, b"", bytearray()
    for byte in view:
        held, bits = (held << 8 | byte) & 0xFFFFFF, bits + 8
        if bits < width:
            continue
        bits -= width
        code = held >> bits & (1 << width) - 1
        if code == END:
            break
        if code == CLEAR:
            table, width, last = [bytes([value]) for value in range(256)] + [b"", b""], 9, b""
            continue
        if code < len(table):
            word = table[code]
        elif last:
            word = last + last[:1]
        else:
            break
        if last and len(table) < 4096:
            table.append(last + word[:1])
        out += word
        last = word
        size = len(table) + early
        width = 9 + (size >= 512) + (size >= 1024) + (size >= 2048)
        if len(out) > inflate.PIECE:
            yield bytes(out)
            out.clear()
    yield bytes(out)


DECODERS: dict[str, Callable[[memoryview], Iterator[bytes | inflate.Skipped]]] = {
    "FlateDecode": _flate,
    "Fl": _flate,
    "ASCIIHexDecode": _ascii_hex,
    "AHx": _ascii_hex,
    "ASCII85Decode": _ascii_85,
    "A85": _ascii_85,
    "LZWDecode": _lzw,
    "LZW": _lzw,
    "RunLengthDecode": _run_length,
    "RL": _run_length,
}


def _number(value: Value, default: int) -> int:
    return value if isinstance(value, int) else default


def _unpredicted(data: bytes, parameters: dict[str, Value]) -> bytes:
    """Undo PNG predictors (§7.4.4.4); the one of TIFF is for pictures alone."""
    if _number(parameters.get("Predictor"), 1) < 10:
        return data
    colors = min(_number(parameters.get("Colors"), 1), 32) or 1
    depth = min(_number(parameters.get("BitsPerComponent"), 8), 16) or 8
    columns = min(_number(parameters.get("Columns"), 1), len(data)) or 1
    step = max(1, colors * depth // 8)
    length = (colors * depth * columns + 7) // 8
    out = bytearray()
    above = bytearray(length)
    for start in range(0, len(data), length + 1):
        row = bytearray(data[start + 1 : start + 1 + length].ljust(length, b"\0"))
        _undo_row(data[start], row, above, step)
        out += row
        above = row
    return bytes(out)


def _undo_row(kind: int, row: bytearray, above: bytearray, step: int) -> None:
    """Undo one row in place (PNG §9.2)."""
    if kind == 0 or kind > 4:
        return
    for index, value in enumerate(row):
        left = row[index - step] if index >= step else 0
        up = above[index]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            corner = above[index - step] if index >= step else 0
            guess = _paeth(left, up, corner)
        row[index] = (value + guess) & 0xFF


def _paeth(left: int, up: int, corner: int) -> int:
    near = left + up - corner
    return min((left, up, corner), key=lambda value: abs(near - value))
