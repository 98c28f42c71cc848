"""Chunks with signatures: undone, and nothing hides between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners import chunked
from scanners.chunked import unchunk
from scanners.errors import ContentMalformed

SIGNED = b";chunk-signature=" + b"a" * 64


def _chunks(*data: bytes, extension: bytes = SIGNED, trailers: bytes = b"") -> bytes:
    chunks = (b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in data)
    return b"".join(chunks) + b"0" + extension + b"\r\n" + trailers + b"\r\n"


def _undone(body: bytes) -> bytes:
    return b"".join(unchunk(memoryview(body)))


@pytest.mark.parametrize("extension", [b"", SIGNED])
@pytest.mark.parametrize("trailers", [b"", b"x-amz-checksum-crc32:AAAAAA==\r\n"])
def test_chunks(extension: bytes, trailers: bytes) -> None:
    body = _chunks(b"one", b"two\r\n", extension=extension, trailers=trailers)
    assert _undone(body) == b"onetwo\r\n"


@given(st.lists(st.binary(min_size=1, max_size=30)), st.integers(1, 40))
def test_any_pieces(data: list[bytes], piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunked, "PIECE", piece)
        assert _undone(_chunks(*data)) == b"".join(data)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"5\r\nhello",
        b"5\r\nhello\r\n",
        b"6\r\nhello\r\n0\r\n\r\n",
        b"5\nhello\n0\n\n",
        b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        _chunks(b"hello") + b"PK\3\4 and more",
        _chunks(b"hello", extension=b";x=" + b"a" * 300),
        _chunks(b"hello", trailers=b"no trailer\r\n"),
        _chunks(b"hello", trailers=b"x: " + b"a" * 1000 + b"\r\n"),
    ],
)
def test_what_readers_would_undo_differently_is_malformed(body: bytes) -> None:
    with pytest.raises(ContentMalformed):
        _undone(body)


def test_what_stands_before_the_break_is_kept() -> None:
    pieces = unchunk(memoryview(b"5\r\nhello\r\nbroken"))
    assert next(pieces) == b"hello"
