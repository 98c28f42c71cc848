"""Undo the filters of PDF streams, within the budget.  (ISO 32000-1 §7.4)"""

import re
from collections.abc import Callable, Iterator, Sequence

from scanners import inflate
from scanners.documents.pdf_predictors import Predictors, number
from scanners.documents.pdf_syntax import Value
from scanners.errors import ContentMalformed, ContentTooLarge, ScannerError
from scanners.members import FREE_BYTES, RATIO

MAX_FILTERS = 8
"""More filters in a row have one use: to cost time, or to hide."""
PICTURES = frozenset({"DCTDecode", "DCT", "JPXDecode"})
"""What they decode is a picture file as it stands; what other filters decode may be anything."""
CLEAR, END = 256, 257

_BLANK = re.compile(rb"[\0\t\n\f\r ]+")
_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]")


def undo(
    view: memoryview, filters: Sequence[tuple[str, dict[str, Value]]], predictors: Predictors
) -> tuple[memoryview, ScannerError | None]:
    """Return what the stream says, and why no more of it, if so.

    Filters of pictures end it.  A broken end is what viewers ignore: ContentMalformed comes only
    with no data at all, or with a filter that we do not know.
    """
    if len(filters) > MAX_FILTERS:
        return view, ContentTooLarge("more filters than a stream has")
    for name, parameters in filters:
        if name in PICTURES:
            return view, None
        if name == "Crypt":
            continue  # says with which key: what is encrypted is in clear here, or ciphertext
        decoder = DECODERS.get(name)
        if decoder is None:
            return view, ContentMalformed("a filter that is not known")
        if decoder is _lzw and parameters.get("EarlyChange") == 0:
            decoder = _late_lzw
        ceiling = max(FREE_BYTES, RATIO * len(view))
        unpacked = inflate.unpack(decoder, view, predictors.budget, ceiling)
        failure = unpacked.failure
        if failure and not (isinstance(failure, ContentMalformed) and unpacked.data):
            return unpacked.view, failure
        view = unpacked.view
        if number(parameters.get("Predictor"), 1) > 1:
            try:
                view = predictors.undo(view, parameters)
            except ScannerError as error:
                return view, error
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
