"""Chunk framing: what is body, where it ends, and what is no chunk at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.wire.chunks import (
    MANY_CHUNKS,
    MAX_CHUNK_LINE,
    MAX_EXTENSION,
    MAX_TRAILER,
    ChunkDecoder,
)
from icap_server.wire.errors import ProtocolError

TAIL = b"OPTIONS icap://h/next ICAP/1.0\r\n\r\n"


class Reader:
    """Brings what the decoder left again, as the connection does."""

    def __init__(self) -> None:
        self.decoder = ChunkDecoder()
        self.body = b""
        self.left = b""

    def read(self, data: bytes) -> None:
        pieces: list[memoryview] = []
        data = self.left + data
        self.left = data[self.decoder.decode(data, 0, pieces) :]
        self.body += b"".join(pieces)


GOOD = [
    # wire, body, ieof
    (b"0\r\n\r\n", b"", False),
    (b"3\r\nabc\r\n0\r\n\r\n", b"abc", False),
    (b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde", False),
    (b"2\r\n\r\n\r\n0\r\n\r\n", b"\r\n", False),
    (b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", b"0\r\n\r\n", False),
    (b"A\r\n0123456789\r\n0\r\n\r\n", b"0123456789", False),
    (b"a\r\n0123456789\r\n0\r\n\r\n", b"0123456789", False),
    (b"0000000000000003\r\nabc\r\n0000\r\n\r\n", b"abc", False),
    (b"3 \t\r\nabc\r\n0 \r\n\r\n", b"abc", False),
    (b"3;name=value\r\nabc\r\n0\r\n\r\n", b"abc", False),
    (b'3 ; name="a;b"\r\nabc\r\n0;last\r\n\r\n', b"abc", False),
    (b"3;\r\nabc\r\n0;\r\n\r\n", b"abc", False),
    (b"3;" + b"x" * MAX_EXTENSION + b"\r\nabc\r\n0\r\n\r\n", b"abc", False),
    (b"3; ieof\r\nabc\r\n0\r\n\r\n", b"abc", False),
    (b"0; ieof\r\n\r\n", b"", True),
    (b"0;ieof\r\n\r\n", b"", True),
    (b"0 ;\tIEOF \r\n\r\n", b"", True),
    (b"0; last; ieof\r\n\r\n", b"", True),
    (b"0; ieofx\r\n\r\n", b"", False),
    (b"0; ieofX\r\n\r\n", b"", False),
    (b"0; ieof\x0b\r\n\r\n", b"", False),
    (b"0; last ieof\r\n\r\n", b"", False),
    (b"3\r\nabc\r\n0; ieof\r\n\r\n", b"abc", True),
    (b"0\r\nChecksum: 1\r\n\r\n", b"", False),
    (b"3\r\nabc\r\n0; ieof\r\nA: b\r\nC: d\r\n\r\n", b"abc", True),
    (b"0\r\nOPTIONS icap://h/smuggled ICAP/1.0\r\n\r\n", b"", False),
    (b"0\r\n" + b"t" * (MAX_TRAILER - 4) + b"\r\n\r\n", b"", False),
]
BAD = [
    b"\r\n",
    b"\n",
    b"3" + b" " * MAX_CHUNK_LINE,  # no end in sight
    b"x\r\n",
    b"-3\r\nabc\r\n",
    b"+3\r\nabc\r\n",
    b"0x3\r\nabc\r\n",
    b" 3\r\nabc\r\n",
    b"3_0\r\n",
    b"\xd9\xa3\r\nabc\r\n",
    b"3\nabc\r\n",
    b"3\r\nabcd\r\n",
    b"3\r\nabc\n",
    b"3\r\nabc0\r\n\r\n",
    b"3\r\nabc\rx",
    b"3\r\nabc\r\n\r\n",
    b"3 abc\r\nabc\r\n",
    b"3;\x00\r\nabc\r\n",
    b"3;a\rb\r\nabc\r\n",
    b"3;" + b"x" * (MAX_EXTENSION + 1) + b"\r\nabc\r\n",
    b"3" + b" " * 17 + b"\r\nabc\r\n",
    b"f" * 16 + b"\r\n",
    b"8" + b"0" * 15 + b"\r\n",
    b"1" + b"0" * 16 + b"\r\n",
    b"0" * 17 + b"\r\n",
    b"0\r\n\n",
    b"0\r\nA: b\n\r\n",
    b"0\r\n" + b"A: b\r\n" * (MAX_TRAILER // 6 + 1) + b"\r\n\r\n",
    b"0\r\n" + b"t" * (MAX_TRAILER + 1),
]


@pytest.mark.parametrize("wire, body, ieof", GOOD)
@pytest.mark.parametrize("size", [10_000, 1, 2, 3])
def test_body(wire: bytes, body: bytes, ieof: bool, size: int) -> None:
    reader = Reader()
    for at in range(0, len(wire), size):
        assert not reader.decoder.finished
        reader.read(wire[at : at + size])
    assert (reader.body, reader.decoder.ieof, reader.left) == (body, ieof, b"")
    assert reader.decoder.finished


@pytest.mark.parametrize("wire, body, ieof", GOOD)
def test_what_follows_is_left_alone(wire: bytes, body: bytes, ieof: bool) -> None:
    reader = Reader()
    reader.read(wire + TAIL)
    assert (reader.body, reader.decoder.ieof, reader.left) == (body, ieof, TAIL)


@pytest.mark.parametrize("wire", BAD)
@pytest.mark.parametrize("size", [100_000, 1])
def test_no_chunk(wire: bytes, size: int) -> None:
    reader = Reader()
    with pytest.raises(ProtocolError):  # noqa: PT012 - at which piece is the point of the cut
        for at in range(0, len(wire), size):
            reader.read(wire[at : at + size])
    assert not reader.decoder.finished


@pytest.mark.parametrize("wire, body, ieof", GOOD)
def test_half_of_it_is_not_finished(wire: bytes, body: bytes, ieof: bool) -> None:
    for cut in range(len(wire)):
        reader = Reader()
        reader.read(wire[:cut])
        assert not reader.decoder.finished
        assert body.startswith(reader.body)
        assert len(reader.left) <= max(MAX_CHUNK_LINE, MAX_TRAILER)


def test_a_line_without_end_is_refused_when_it_cannot_be_one() -> None:
    reader = Reader()
    reader.read(b"3;" + b"x" * (MAX_CHUNK_LINE - 3))
    with pytest.raises(ProtocolError):
        reader.read(b"x")


def test_the_largest_chunk_is_only_announced() -> None:
    reader = Reader()
    reader.read(b"7fffffffffffffff\r\nabc")
    assert reader.body == b"abc"


def test_pieces_lie_where_they_came() -> None:
    """Nothing is copied: large bodies pass through here."""
    wire = b"3\r\nabc\r\n2\r\nde\r\n"
    pieces: list[memoryview] = []
    ChunkDecoder().decode(wire, 0, pieces)
    assert [piece.obj for piece in pieces] == [wire, wire]


bodies = st.lists(st.binary(min_size=1, max_size=300), max_size=8)
cuts = st.lists(st.integers(0, 3000), max_size=20).map(sorted)


@given(bodies, st.booleans(), cuts)
def test_cuts_do_not_matter(chunks: list[bytes], ieof: bool, at: list[int]) -> None:
    last = b"0; ieof\r\n\r\n" if ieof else b"0\r\n\r\n"
    wire = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + last
    reader = Reader()
    for start, end in zip([0, *at], [*at, len(wire)]):
        if not reader.decoder.finished:
            reader.read(wire[start:end])
    assert (reader.body, reader.decoder.ieof) == (b"".join(chunks), ieof)
    assert reader.decoder.finished


@given(st.binary(max_size=64), st.lists(st.integers(0, 64), max_size=4).map(sorted))
def test_garbage(wire: bytes, at: list[int]) -> None:
    """It ends, or is refused, or more is wanted; and a cut changes none of that."""

    def outcome(pieces: list[bytes]) -> tuple[bytes, bool] | None:
        reader = Reader()
        try:
            for piece in pieces:
                if not reader.decoder.finished:
                    reader.read(piece)
        except ProtocolError:
            return None
        return reader.body, reader.decoder.finished

    pieces = [wire[start:end] for start, end in zip([0, *at], [*at, len(wire)])]
    assert outcome([wire]) == outcome(pieces)


def test_many_tiny_chunks_are_read_some_at_a_time() -> None:
    """A call must not take long, whatever the bytes; the last one knows that it was."""
    wire = b"1\r\nx\r\n" * (2 * MANY_CHUNKS) + b"0\r\n\r\n" + TAIL
    decoder, pieces, at = ChunkDecoder(), list[memoryview](), 0
    told = []
    for _ in range(3):
        at = decoder.decode(wire, at, pieces)
        told.append((len(pieces), decoder.more, decoder.finished))
    assert told == [
        (MANY_CHUNKS, True, False),
        (2 * MANY_CHUNKS, True, False),
        (2 * MANY_CHUNKS, False, True),
    ]
    assert wire[at:] == TAIL
