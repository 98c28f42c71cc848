"""One stream of each format: it says where it ends, and never takes more than is there."""

import bz2
import lzma
import struct
from collections.abc import Callable, Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders, packing
from scanners import inflate
from scanners.archives import decoders
from scanners.errors import ContentMalformed, ScannerError
from scanners.inflate import Skipped

TEXT = b"a few notes " * 15
FRAME = struct.pack("<II", 0x184D2A53, 100) + b"s" * 100
LEGACY = struct.pack("<II", 0x184C2102, 6) + b"\x50hello"


def lzma_alone(data: bytes) -> bytes:
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


STREAMS: dict[str, tuple[decoders.Stream, Callable[[bytes], bytes]]] = {
    "gzip": (inflate.gzip_member, builders.gzip),
    "bzip2": (decoders.bzip2, bz2.compress),
    "xz": (decoders.xz, lzma.compress),
    "zstd": (inflate.zstd_frame, builders.zstd),
    "lzma": (decoders.lzma_alone, lzma_alone),
    "lzip": (decoders.lzip, packing.lzip),
    "lz4": (decoders.lz4, packing.lz4_frame),
}
streams = pytest.mark.parametrize("decode, pack", STREAMS.values(), ids=STREAMS)


def whole(pieces: Generator[bytes | Skipped, None, int]) -> tuple[bytes, int]:
    """Return all that comes out, skipped bytes in brackets, and how many bytes were taken."""
    out = b""
    while True:
        try:
            piece = next(pieces)
        except StopIteration as end:
            return out, end.value
        out += piece if isinstance(piece, bytes) else b"<%b>" % bytes(piece.view)


@streams
@pytest.mark.parametrize("behind", [b"", b"MZ", bytes(200_000)], ids=len)
@pytest.mark.parametrize("data", [b"", b"x", TEXT, bytes(300_000)], ids=len)
def test_it_ends_where_it_ends(
    decode: decoders.Stream, pack: Callable[[bytes], bytes], data: bytes, behind: bytes
) -> None:
    packed = pack(data)
    assert whole(decode(memoryview(packed + behind))) == (data, len(packed))


@streams
def test_every_cut_is_seen(decode: decoders.Stream, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(TEXT)
    for size in range(len(packed)):
        with pytest.raises(ContentMalformed):
            whole(decode(memoryview(packed[:size])))


def test_compress_takes_everything() -> None:
    packed = packing.compress(TEXT)
    assert whole(decoders.compress(memoryview(packed))) == (TEXT, len(packed))


LZ4 = {
    "frame to be skipped": (FRAME, b"<" + b"s" * 100 + b">", 108),
    "short one": (struct.pack("<II", 0x184D2A50, 3) + b"abc" + b"more", b"", 11),
    "old format": (LEGACY, b"hello", 14),
    "old format, and a frame": (LEGACY + packing.lz4_frame(b"x"), b"hello", 14),
    "old format, and zeros": (LEGACY + bytes(8), b"hello", 14),
}


@pytest.mark.parametrize("data, out, taken", LZ4.values(), ids=LZ4)
def test_lz4(data: bytes, out: bytes, taken: int) -> None:
    assert whole(decoders.lz4(memoryview(data))) == (out, taken)


HEAD = b"\x04\x22\x4d\x18"
BROKEN_LZ4 = {
    "nothing": b"",
    "a mark alone": HEAD,
    "no mark": b"MZ" * 20,
    "with a dictionary": HEAD + b"\x61\x70\0\0\0\0\x73" + bytes(4),
    "cut frame to be skipped": FRAME[:-1],
    "block beyond the end": HEAD + b"\x60\x70\x73" + struct.pack("<I", 0x7FFFFFFF) + b"x" * 50,
    "no end mark": packing.lz4_frame(TEXT)[:-4],
    "checksum wanted": HEAD + b"\x64\x70\xb9" + bytes(4),
    "wrong checksum of the head": HEAD + b"\x60\x70\x74" + packing.lz4_frame(TEXT)[7:],
    "old format, cut": LEGACY[:-1],
    "old format, broken": LEGACY[:8] + b"\xff\xff\xff\xff\xff\xff",
}


@pytest.mark.parametrize("data", BROKEN_LZ4.values(), ids=BROKEN_LZ4)
def test_broken_lz4(data: bytes) -> None:
    with pytest.raises(ContentMalformed):
        whole(decoders.lz4(memoryview(data)))


def test_millions_of_tiny_blocks_let_the_budget_look_at_the_clock() -> None:
    blocks = struct.pack("<Ic", 0x80000001, b"x") * 20_000
    pieces = decoders.lz4(memoryview(HEAD + b"\x60\x70\x73" + blocks + bytes(4)))
    assert [next(pieces) for _ in range(4)] == [b""] * 4


@pytest.mark.parametrize("at", [4, 5, -20, -12, -1], ids=str)
def test_broken_lzip(at: int) -> None:
    packed = bytearray(packing.lzip(TEXT))
    packed[at] ^= 0x1F
    with pytest.raises(ScannerError):
        whole(decoders.lzip(memoryview(bytes(packed))))


def test_lzip_before_version_1() -> None:
    packed = packing.lzip(TEXT)
    old = packed[:4] + b"\0" + packed[5:-8]
    assert whole(decoders.lzip(memoryview(old + b"behind"))) == (TEXT, len(old))


@given(
    st.sampled_from([*(decode for decode, _ in STREAMS.values()), decoders.compress]),
    st.sampled_from([HEAD, b"LZIP\1\x0c", b"\x1f\x9d\x90", b"\x5d\0\0\1\0", b"BZh9", b""]),
    st.binary(max_size=200),
)
def test_any_bytes(decode: decoders.Stream, head: bytes, data: bytes) -> None:
    try:
        _, taken = whole(decode(memoryview(head + data)))
    except ScannerError:
        return
    assert 0 < taken <= len(head + data)
