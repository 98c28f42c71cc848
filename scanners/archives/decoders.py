"""One stream each of the formats that pack a single file; each returns how many bytes it took."""

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Generator

from scanners.archives.libarchive import decode
from scanners.errors import ContentMalformed, ContentTooLarge
from scanners.inflate import SHORTEST_SKIPPED, WINDOW, Skipped, pull

Stream = Callable[[memoryview], Generator[bytes | Skipped, None, int]]
"""Yields what comes out of the stream that begins the view, and returns where it ends there."""

LZ4_FRAME, LZ4_LEGACY = 0x184D2204, 0x184C2102
LZ4_SKIPPABLE = 0x184D2A50
"""Up to 0x184d2a5f: bytes that decoders skip."""
LZ4_LEGACY_MOST = 8 * 1024 * 1024 + 8 * 1024 * 1024 // 255 + 16
"""The largest block of the old format: what 8 MiB may become.  More is the next frame's mark."""
LZIP_HEAD = 6
LZIP_TAILS = {0: "<IQ", 1: "<IQQ"}
"""By version: CRC-32, size and, since 1, size of the whole member."""


def bzip2(view: memoryview) -> Generator[bytes | Skipped, None, int]:
    return (yield from pull(bz2.BZ2Decompressor(), view))


def xz(view: memoryview) -> Generator[bytes | Skipped, None, int]:
    return (yield from pull(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=WINDOW), view))


def lzma_alone(view: memoryview) -> Generator[bytes | Skipped, None, int]:
    """The format of LZMA Utils: properties, size or all ones, stream."""
    if int.from_bytes(view[1:5], "little") > WINDOW:
        raise ContentTooLarge("dictionary out of range")
    return (yield from pull(lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=WINDOW), view))


def lzip(view: memoryview) -> Generator[bytes | Skipped, None, int]:
    """A head, LZMA with fixed properties and an end mark, sizes.  (lzip manual, File format)"""
    head = bytes(view[:LZIP_HEAD])
    if len(head) < LZIP_HEAD or head[4] not in LZIP_TAILS:
        raise ContentMalformed("no version of lzip that we know")
    base = 1 << (head[5] & 0x1F)
    size = base - base // 16 * (head[5] >> 5)
    if not 4096 <= size <= WINDOW:
        raise ContentTooLarge("dictionary out of range")
    filters = [{"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": size}]
    engine = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    pieces, count, checksum = pull(engine, view[LZIP_HEAD:]), 0, 0
    while True:
        try:
            piece = next(pieces)
        except StopIteration as end:
            at = LZIP_HEAD + int(end.value)
            break
        count += len(piece)
        checksum = zlib.crc32(piece, checksum)
        yield piece
    tail = struct.Struct(LZIP_TAILS[head[4]])
    end_at = at + tail.size
    if end_at > len(view) or tail.unpack_from(view, at) != (checksum, count, end_at)[: head[4] + 2]:
        raise ContentMalformed("what came out is not what was packed")
    return end_at


def lz4(view: memoryview) -> Generator[bytes | Skipped, None, int]:
    """One frame: its end is looked up first, libarchive decodes it.  (lz4_Frame_format.md)"""
    try:
        (mark,) = struct.unpack_from("<I", view)
        if mark & ~0xF == LZ4_SKIPPABLE:
            end = 8 + int(struct.unpack_from("<I", view, 4)[0])
            if end > len(view):
                raise ContentMalformed("lz4 frame ends too soon")
            if end - 8 >= SHORTEST_SKIPPED:
                yield Skipped(view[8:end])
            return end
        if mark == LZ4_LEGACY:
            end = yield from _lz4_legacy_end(view)
        elif mark == LZ4_FRAME:
            end = yield from _lz4_end(view)
        else:
            raise ContentMalformed("no lz4 frame")
    except struct.error as error:
        yield from decode(view, "lz4")  # what can be had of a cut frame
        raise ContentMalformed("lz4 frame ends too soon") from error
    yield from decode(view[:end], "lz4")
    return end


def _lz4_end(view: memoryview) -> Generator[bytes, None, int]:
    """Return where the frame ends; struct.error if that lies beyond the view."""
    flags = view[4] if len(view) > 4 else 0
    if flags & 1:
        raise ContentMalformed("packed with a dictionary")
    at = 7 + (8 if flags & 8 else 0)
    count = 0
    while True:
        (size,) = struct.unpack_from("<I", view, at)
        at += 4
        if size == 0:
            break
        at += (size & 0x7FFFFFFF) + (4 if flags & 0x10 else 0)
        count += 1
        if count % 4096 == 0:
            yield b""  # lets the budget look at the clock
    end = at + (4 if flags & 4 else 0)
    if end > len(view):
        raise struct.error
    return end


def _lz4_legacy_end(view: memoryview) -> Generator[bytes, None, int]:
    """The old format has no end mark: it goes on to the end of the file or the next frame."""
    at, count = 4, 0
    while at < len(view):
        (size,) = struct.unpack_from("<I", view, at)
        if size == 0 or size > LZ4_LEGACY_MOST:
            return at
        at += 4 + size
        count += 1
        if count % 4096 == 0:
            yield b""  # lets the budget look at the clock
    if at > len(view):
        raise struct.error
    return at


def compress(view: memoryview) -> Generator[bytes | Skipped, None, int]:
    """`compress` of old: it has no end but that of the file."""
    yield from decode(view, "compress")
    return len(view)
