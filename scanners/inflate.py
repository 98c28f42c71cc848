"""Undo compression in bounded pieces: what comes out is counted, what a header promises is not."""

import bz2
import itertools
import lzma
import re
import struct
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

import brotli
import zstandard

from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge, ScannerError

PIECE = 256 * 1024
"""Bytes decoded between two looks at the budget."""
FEED = 64 * 1024
"""Compressed bytes given to a decoder at once."""
WINDOW = 128 * 1024 * 1024
"""The largest dictionary a stream may ask for; zstd's own --long default."""
ZSTD_SKIPPABLE = b"\x2a\x4d\x18"
"""Behind a byte 0x50 to 0x5f (RFC 8878 §3.1.2)."""

_ZERO = re.compile(rb"\0")
_PAYLOAD = re.compile(rb"[^\0\t\r\n ]")

SHORTEST_SKIPPED = 64
"""Bytes that decode to nothing and are told: fewer hold no file."""
LONGEST_NAME = 255
"""Bytes of a gzip name or comment that are nothing else."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Bytes of a stream that decode to nothing, because the format lets decoders skip them."""

    view: memoryview


Decoder = Callable[[memoryview], Iterator[bytes | Skipped]]
"""Yields decoded pieces, empty ones included; raises ContentMalformed at the first broken byte."""


@dataclass(slots=True)
class Unpacked:
    """What came out, and why no more of it, if so."""

    data: bytearray = field(default_factory=bytearray)
    failure: ScannerError | None = None
    bomb: bool = False
    """The ceiling was passed."""
    skipped: list[memoryview] = field(default_factory=list)
    """What decodes to nothing, and is long enough to be a file.  Each is a member of the budget."""

    @property
    def view(self) -> memoryview:
        return memoryview(self.data).toreadonly()


def unpack(decoder: Decoder, view: memoryview, budget: Budget, ceiling: int | None) -> Unpacked:
    """Return what `view` decodes to, up to `ceiling` bytes; a failure keeps what came before it."""
    unpacked = Unpacked()
    try:
        for piece in decoder(view):
            budget.seconds_left()
            if isinstance(piece, Skipped):
                budget.spend_member()
                unpacked.skipped.append(piece.view)
                continue
            budget.spend_bytes(len(piece))
            unpacked.data += piece
            if ceiling is not None and len(unpacked.data) > ceiling:
                unpacked.bomb = True
                raise ContentTooLarge("decodes to more than its size explains")
    except ScannerError as error:
        unpacked.failure = error
    return unpacked


def raw_deflate(view: memoryview) -> Iterator[bytes]:
    """RFC 1951 without any wrapper, as in ZIP members, which hold one stream and nothing else."""
    taken = yield from _zlib(view, -zlib.MAX_WBITS)
    if taken != len(view):
        raise ContentMalformed("more than one stream")


def deflated_prefix(view: memoryview) -> Iterator[bytes]:
    """RFC 1951 at the beginning of `view`, whatever stands behind it."""
    yield from _zlib(view, -zlib.MAX_WBITS)


def deflate(view: memoryview) -> Iterator[bytes]:
    """HTTP "deflate": RFC 1950, or bare RFC 1951 as some servers send (RFC 9110 §8.4.1.2)."""
    head = bytes(view[:2])
    wrapped = len(head) == 2 and head[0] & 0x0F == 8 and int.from_bytes(head, "big") % 31 == 0
    taken = yield from _zlib(view, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
    _require_padding(view[taken:])


def gzip(view: memoryview) -> Iterator[bytes | Skipped]:
    """All members of an RFC 1952 file; what follows the last and is no member is not data."""
    yield from _gzip_members(view)


def gzip_alone(view: memoryview) -> Iterator[bytes | Skipped]:
    """HTTP "gzip": members and nothing else, because receivers may not undo the coding at all."""
    taken = yield from _gzip_members(view)
    _require_padding(view[taken:])


def _gzip_members(view: memoryview) -> Generator[bytes | Skipped, None, int]:
    at = 0
    while at == 0 or bytes(view[at : at + 2]) == b"\x1f\x8b":
        at += yield from gzip_member(view[at:])
    return at


def gzip_member(view: memoryview) -> Generator[bytes | Skipped, None, int]:
    """One member of an RFC 1952 file; returns how many bytes of `view` it took."""
    yield from _gzip_header(view)
    return (yield from _zlib(view, zlib.MAX_WBITS | 16))


def _gzip_header(view: memoryview) -> Iterator[Skipped]:
    """Tell long fields of a member's header (RFC 1952 §2.3.1); bgzip writes short ones."""
    if len(view) < 12:
        return
    flags, at = view[3], 10
    if flags & 4:
        end = at + 2 + int.from_bytes(view[at : at + 2], "little")
        if end - at - 2 >= SHORTEST_SKIPPED:
            yield Skipped(view[at + 2 : end])
        at = end
    for flag in (8, 16):  # file name, comment: both end with a zero
        if flags & flag:
            zero = _ZERO.search(view, at)
            end = zero.start() if zero else len(view)
            if end - at > LONGEST_NAME:
                yield Skipped(view[at:end])
            at = end + 1


def _require_padding(rest: memoryview) -> None:
    """Blanks and zeros may follow a stream: careless programs of servers send them."""
    if _PAYLOAD.search(rest):
        raise ContentMalformed("more than one stream")


def _zlib(view: memoryview, window_bits: int) -> Generator[bytes, None, int]:
    """Yield one stream's pieces; return how many bytes of `view` it took."""
    engine = zlib.decompressobj(window_bits)
    try:
        for start in range(0, len(view), FEED):
            feed: memoryview | bytes = view[start : start + FEED]
            end = start + len(feed)
            while feed:
                yield engine.decompress(feed, PIECE)
                if engine.eof:
                    return end - len(engine.unused_data)
                feed = engine.unconsumed_tail
        while rest := engine.decompress(b"", PIECE):
            yield rest
    except zlib.error as error:
        raise ContentMalformed("broken deflate stream") from error
    if not engine.eof:
        raise ContentMalformed("deflate stream ends too soon")
    return len(view)


def bzip2(view: memoryview) -> Iterator[bytes]:
    _require_all(view, (yield from pull(bz2.BZ2Decompressor(), view)))


def xz(view: memoryview) -> Iterator[bytes]:
    engine = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=WINDOW)
    _require_all(view, (yield from pull(engine, view)))


def zip_lzma(view: memoryview) -> Iterator[bytes]:
    """ZIP method 14: two bytes of version, two of length, five of properties (APPNOTE §5.8.8)."""
    if len(view) < 9 or bytes(view[2:4]) != b"\x05\x00":
        raise ContentMalformed("no LZMA properties")
    packed, dictionary = struct.unpack_from("<BI", view, 4)
    if packed >= 9 * 5 * 5 or dictionary > WINDOW:
        raise ContentMalformed("LZMA properties out of range")
    filters = [
        {
            "id": lzma.FILTER_LZMA1,
            "lc": packed % 9,
            "lp": packed // 9 % 5,
            "pb": packed // 45,
            "dict_size": max(dictionary, 4096),
        }
    ]
    try:
        engine = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    except (lzma.LZMAError, ValueError) as error:
        raise ContentMalformed("LZMA properties out of range") from error
    _require_all(view[9:], (yield from pull(engine, view[9:], needs_end=False)))


def _require_all(view: memoryview, taken: int) -> None:
    if taken != len(view):
        raise ContentMalformed("more than one stream")


def pull(
    engine: bz2.BZ2Decompressor | lzma.LZMADecompressor,
    view: memoryview,
    *,
    needs_end: bool = True,
) -> Generator[bytes, None, int]:
    """Yield what the engine makes of `view`; return how many bytes of it one stream took."""
    at = 0
    try:
        while not engine.eof:
            feed = bytes(view[at : at + FEED]) if engine.needs_input else b""
            at += len(feed)
            piece = engine.decompress(feed, PIECE)
            yield piece
            if not piece and at >= len(view) and engine.needs_input:
                break
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise ContentMalformed("broken stream") from error
    if needs_end and not engine.eof:
        raise ContentMalformed("stream ends too soon")
    return at - len(engine.unused_data)


def br(view: memoryview) -> Iterator[bytes]:
    """RFC 7932."""
    engine = brotli.Decompressor()
    at = 0
    try:
        while not engine.is_finished():
            feed = bytes(view[at : at + FEED]) if engine.can_accept_more_data() else b""
            at += len(feed)
            piece = engine.process(feed, output_buffer_limit=PIECE)
            yield piece
            if not piece and not feed and at >= len(view) and not engine.is_finished():
                raise ContentMalformed("brotli stream ends too soon")
    except brotli.error as error:
        raise ContentMalformed("broken brotli stream") from error
    _require_padding(view[at:])


def zstd(view: memoryview) -> Iterator[bytes | Skipped]:
    """All frames of an RFC 8878 file.

    `stream_reader` bounds its answers but ends quietly on a cut stream, so the end of each frame is
    looked up first; `decompressobj` would answer 1 KiB of input with 32 MiB.
    """
    at = 0
    while at < len(view) or at == 0:
        at += yield from zstd_frame(view[at:])


def zstd_frame(view: memoryview) -> Generator[bytes | Skipped, None, int]:
    """One frame; returns how many bytes of `view` it took."""
    try:
        end = yield from _zstd_frame_end(view, 0)
        if bytes(view[1:4]) == ZSTD_SKIPPABLE and end - 8 >= SHORTEST_SKIPPED:
            yield Skipped(view[8:end])
        reader = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(view[:end])
        while piece := reader.read(PIECE):
            yield piece
    except (zstandard.ZstdError, struct.error) as error:
        raise ContentMalformed("broken zstd stream") from error
    if end > len(view):
        raise ContentMalformed("zstd stream ends too soon")
    return end


def _zstd_frame_end(view: memoryview, at: int) -> Generator[bytes, None, int]:
    """Return where the frame at `at` ends, beyond the view if it is cut (RFC 8878 §3.1)."""
    (magic,) = struct.unpack_from("<I", view, at)
    if magic & 0xF0 == 0x50 and magic >> 8 == int.from_bytes(ZSTD_SKIPPABLE, "little"):
        return at + 8 + int(struct.unpack_from("<I", view, at + 4)[0])
    head = view[at : at + 18]
    checksum = 4 if zstandard.get_frame_parameters(head).has_checksum else 0
    at += zstandard.frame_header_size(head)
    for count in itertools.count():
        if count % 4096 == 0:
            yield b""  # lets the budget look at the clock
        block = int.from_bytes(view[at : at + 3], "little")
        run_length = block >> 1 & 3 == 1
        at += 3 + (1 if run_length else block >> 3)
        if block & 1 or at > len(view):
            break
    return at + checksum
