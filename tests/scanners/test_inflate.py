"""Decoders: whole streams come out whole, broken ones say so, and no stream is believed."""

import bz2
import hashlib
import lzma
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners import inflate
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge, DeadlinePassed, TooManyMembers
from scanners.inflate import Decoder

Encode = Callable[[bytes], bytes]
MakeBudget = Callable[..., Budget]

STREAMS = {
    "gzip": (inflate.gzip, builders.gzip),
    "deflate": (inflate.deflate, builders.deflate),
    "deflate without wrapper": (inflate.deflate, builders.raw_deflate),
    "raw deflate": (inflate.raw_deflate, builders.raw_deflate),
    "bzip2": (inflate.bzip2, bz2.compress),
    "xz": (inflate.xz, lzma.compress),
    "br": (inflate.br, builders.brotli_coded),
    "zstd": (inflate.zstd, builders.zstd),
}
DATA = {
    "empty": b"",
    "one byte": b"a",
    "text": b"hello " * 1000,
    "random": hashlib.shake_256(b"noise").digest(300_000),
    "zeros": bytes(3 * 1024 * 1024),
}
streams = pytest.mark.parametrize("decoder, encode", STREAMS.values(), ids=STREAMS)


@streams
@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_whole_stream(
    new_budget: MakeBudget, decoder: Decoder, encode: Encode, data: bytes
) -> None:
    budget = new_budget()
    before = budget.bytes_left
    unpacked = inflate.unpack(decoder, memoryview(encode(data)), budget, ceiling=None)
    assert unpacked.failure is None
    assert unpacked.view == data
    assert before - budget.bytes_left == len(data), "what came out is what was spent"


@streams
@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_cut_stream(
    new_budget: MakeBudget,
    decoder: Decoder,
    encode: Encode,
    data: bytes,
) -> None:
    stream = memoryview(encode(data))
    for cut in (0, len(stream) // 2, len(stream) - 1):
        unpacked = inflate.unpack(decoder, stream[:cut], new_budget(), ceiling=None)
        assert isinstance(unpacked.failure, ContentMalformed), cut
        assert data.startswith(unpacked.data), "what came before is kept"


@streams
def test_bomb_ends_at_the_budget(new_budget: MakeBudget, decoder: Decoder, encode: Encode) -> None:
    stream = memoryview(encode(bytes(20 * 1024 * 1024)))
    unpacked = inflate.unpack(decoder, stream, new_budget(size=1024 * 1024), ceiling=None)
    assert isinstance(unpacked.failure, ContentTooLarge)
    assert not unpacked.bomb
    assert len(unpacked.data) <= 1024 * 1024


@streams
def test_bomb_ends_at_the_ceiling(new_budget: MakeBudget, decoder: Decoder, encode: Encode) -> None:
    stream = memoryview(encode(bytes(20 * 1024 * 1024)))
    unpacked = inflate.unpack(decoder, stream, new_budget(), ceiling=1_000_000)
    assert unpacked.bomb
    assert len(unpacked.data) <= 1_000_000 + 1024 * 1024


@streams
def test_no_time_left(new_budget: MakeBudget, decoder: Decoder, encode: Encode) -> None:
    unpacked = inflate.unpack(decoder, memoryview(encode(b"a")), new_budget(seconds=-1), None)
    assert isinstance(unpacked.failure, DeadlinePassed)


@streams
@given(noise=st.binary(max_size=200))
def test_any_bytes(
    new_budget: MakeBudget,
    decoder: Decoder,
    encode: Encode,
    noise: bytes,
) -> None:
    unpacked = inflate.unpack(decoder, memoryview(noise), new_budget(), ceiling=None)
    assert unpacked.failure is None or isinstance(unpacked.failure, ContentMalformed)


@streams
@given(st.data())
def test_damaged_stream(
    new_budget: MakeBudget, decoder: Decoder, encode: Encode, data: st.DataObject
) -> None:
    stream = encode(b"hello " * 300)
    at, noise = data.draw(st.integers(0, len(stream))), data.draw(st.binary(min_size=1, max_size=9))
    damaged = stream[:at] + noise + stream[at + len(noise) :]
    unpacked = inflate.unpack(decoder, memoryview(damaged), new_budget(), ceiling=None)
    assert unpacked.failure is None or isinstance(unpacked.failure, ContentMalformed)


@pytest.mark.parametrize(
    "decoder, encode", [STREAMS["gzip"], STREAMS["zstd"]], ids=["gzip", "zstd"]
)
def test_streams_in_a_row_are_one(new_budget: MakeBudget, decoder: Decoder, encode: Encode) -> None:
    stream = memoryview(encode(b"one ") + encode(b"") + encode(b"two"))
    unpacked = inflate.unpack(decoder, stream, new_budget(), ceiling=None)
    assert (unpacked.failure, bytes(unpacked.data)) == (None, b"one two")


def test_gzip_trailer_is_no_data(new_budget: MakeBudget) -> None:
    stream = memoryview(builders.gzip(b"one") + bytes(512))
    unpacked = inflate.unpack(inflate.gzip, stream, new_budget(), ceiling=None)
    assert (unpacked.failure, bytes(unpacked.data)) == (None, b"one")


def test_skippable_zstd_frame(new_budget: MakeBudget) -> None:
    frame = b"\x5a\x2a\x4d\x18\x03\0\0\0abc"
    unpacked = inflate.unpack(
        inflate.zstd, memoryview(frame + builders.zstd(b"data")), new_budget(), ceiling=None
    )
    assert (unpacked.failure, bytes(unpacked.data)) == (None, b"data")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x10\x02\x04\0\x5d\0\0\x10\0",
        b"\x10\x02\x05\0\xff\0\0\x10\0",
        b"\x10\x02\x05\0\x5d\xff\xff\xff\xff",
    ],
)
def test_lzma_properties_out_of_range(new_budget: MakeBudget, head: bytes) -> None:
    """A dictionary of 4 GiB would be allocated before the first byte."""
    unpacked = inflate.unpack(inflate.zip_lzma, memoryview(head + bytes(20)), new_budget(), None)
    assert isinstance(unpacked.failure, ContentMalformed)


def test_window_out_of_range(new_budget: MakeBudget) -> None:
    """A zstd frame that wants a window of 1 GiB is refused."""
    stream = b"\x28\xb5\x2f\xfd\x00\xa0" + b"\x01\0\0"
    unpacked = inflate.unpack(inflate.zstd, memoryview(stream), new_budget(), ceiling=None)
    assert isinstance(unpacked.failure, ContentMalformed)


@pytest.mark.parametrize(
    "decoder, encode",
    [
        (inflate.raw_deflate, builders.raw_deflate),
        (inflate.bzip2, bz2.compress),
        (inflate.xz, lzma.compress),
    ],
)
@pytest.mark.parametrize("size", [10, 300_000])
def test_a_member_is_one_stream(
    new_budget: MakeBudget, decoder: Decoder, encode: Encode, size: int
) -> None:
    """What stands behind it, a streaming reader takes for the next member."""
    data = hashlib.shake_256(b"noise").digest(size)
    unpacked = inflate.unpack(decoder, memoryview(encode(data) + b"more"), new_budget(), None)
    assert unpacked.view == data
    assert isinstance(unpacked.failure, ContentMalformed)


SKIPPED = struct.pack("<II", 0x184D2A50, 64) + b"x" * 64


def test_skipped_bytes_are_told_and_counted(new_budget: MakeBudget) -> None:
    stream = memoryview(builders.zstd(b"data") + SKIPPED * 3)
    unpacked = inflate.unpack(inflate.zstd, stream, new_budget(), ceiling=None)
    assert bytes(unpacked.data) == b"data"
    assert [bytes(view) for view in unpacked.skipped] == [b"x" * 64] * 3
    unpacked = inflate.unpack(inflate.zstd, stream, new_budget(members=2), ceiling=None)
    assert isinstance(unpacked.failure, TooManyMembers)


@given(st.binary(max_size=40), st.integers(0, 255))
def test_any_gzip_head(new_budget: MakeBudget, noise: bytes, flags: int) -> None:
    stream = memoryview(b"\x1f\x8b\x08" + bytes([flags]) + bytes(6) + noise)
    unpacked = inflate.unpack(inflate.gzip, stream, new_budget(), ceiling=None)
    assert unpacked.failure is None or isinstance(unpacked.failure, ContentMalformed)


def test_a_prefix_ends_where_its_stream_does(new_budget: MakeBudget) -> None:
    """Bytes behind it are nobody's; a broken stream keeps what came before the break."""
    stream = builders.raw_deflate(b"hello " * 300)
    unpacked = inflate.unpack(
        inflate.deflated_prefix, memoryview(stream + b"x"), new_budget(), None
    )
    assert (unpacked.failure, bytes(unpacked.data)) == (None, b"hello " * 300)
    unpacked = inflate.unpack(inflate.deflated_prefix, memoryview(stream[:-1]), new_budget(), None)
    assert isinstance(unpacked.failure, ContentMalformed)
