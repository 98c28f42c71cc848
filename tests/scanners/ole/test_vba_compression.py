"""Compressed containers: what was packed comes out, broken ones are malformed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.vba import compressed
from scanners.errors import ContentMalformed
from scanners.ole.vba_compression import CHUNK, ovba


def unpacked(data: bytes) -> bytes:
    return b"".join(ovba(memoryview(data)))


@given(st.binary(max_size=300).flatmap(lambda b: st.integers(1, 60).map(lambda n: b * n)))
def test_round_trip(data: bytes) -> None:
    padding = -len(data) % CHUNK  # of chunks that copy nothing
    assert unpacked(compressed(data)).ljust(len(data) + padding, b"\0").startswith(data)


EXAMPLES = {  # [MS-OVBA] §3.2
    "0119b000616263646566676800696a6b6c6d6e6f70007172737475762e": b"abcdefghijklmnopqrstuv.",
    "0103b002614500": b"a" * 73,
}


@pytest.mark.parametrize("packed, plain", EXAMPLES.items())
def test_examples_of_the_specification(packed: str, plain: bytes) -> None:
    assert unpacked(bytes.fromhex(packed)) == plain


BROKEN = {
    "nothing": b"",
    "no signature": b"\2" + compressed(b"abc")[1:],
    "no chunk": b"\1\0\0abc",
    "a copy of nothing": b"\1\x03\xb0\x01\x00\x00\x00",
    "a token breaks off": b"\1\x02\xb0\x02a\x45",
    "a chunk that grows too large": b"\1\x0a\xb0\xfea" + b"\xff\x0f" * 7,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_broken(data: bytes) -> None:
    with pytest.raises(ContentMalformed):
        unpacked(data)


def test_what_came_before_the_break_is_kept() -> None:
    pieces = ovba(memoryview(compressed(b"a" * 5000)[:-3] + b"\0\0\0"))
    assert next(pieces) == b"a" * CHUNK


def test_padding_behind_the_last_chunk_is_nothing() -> None:
    assert unpacked(compressed(b"Sub x()") + bytes(40)) == b"Sub x()"


@given(st.binary(max_size=600))
def test_noise_never_grows_beyond_its_chunks(noise: bytes) -> None:
    out = 0
    try:
        for piece in ovba(memoryview(b"\1" + noise)):
            out += len(piece)
    except ContentMalformed:
        pass
    assert out <= CHUNK * (len(noise) // 3 + 1)
