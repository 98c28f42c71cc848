"""The bytes of replies: status lines, the order of fields, chunks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.wire.chunks import ChunkDecoder
from icap_server.wire.replies import (
    LAST_CHUNK,
    REASONS,
    bodyless_reply,
    chunk,
    encapsulating_reply,
    original_body_chunk,
)

HTTP = b"HTTP/1.1 403 Forbidden\r\n\r\n"


def test_reply_without_a_body() -> None:
    """Encapsulated is last: ownCloud reads no field behind it, egirna takes it for the end."""
    assert bodyless_reply(204, [("ISTag", '"a"'), ("X-Id", "1")]) == (
        b"ICAP/1.0 204 No modifications\r\n"
        b'ISTag: "a"\r\nX-Id: 1\r\nEncapsulated: null-body=0\r\n\r\n'
    )


def test_reply_with_a_body() -> None:
    reply = encapsulating_reply([("ISTag", '"a"')], part="res-hdr", http_head=HTTP, body="res-body")
    assert reply == (
        b'ICAP/1.0 200 OK\r\nISTag: "a"\r\nEncapsulated: res-hdr=0, res-body=26\r\n'
        b"Server: Douane\r\n\r\n" + HTTP
    )


def test_message_that_has_no_body() -> None:
    reply = encapsulating_reply([], part="req-hdr", http_head=HTTP, body=None)
    assert b"\r\nEncapsulated: req-hdr=0, null-body=26\r\n" in reply


def test_message_that_has_no_head() -> None:
    """A client that sent only a body gets only a body."""
    reply = encapsulating_reply([], part="res-hdr", http_head=b"", body="res-body")
    assert b"\r\nEncapsulated: res-body=0\r\n" in reply


def test_head_of_a_reply_with_body_does_not_look_like_its_end() -> None:
    """egirna ends a message at "0 CRLF CRLF", and offsets may end in 0."""
    reply = encapsulating_reply([], part="res-hdr", http_head=b"x" * 10, body="res-body")
    assert b"0\r\n\r\n" not in reply


@pytest.mark.parametrize("status", REASONS)
def test_every_status_has_its_phrase(status: int) -> None:
    line = bodyless_reply(status, []).partition(b"\r\n")[0]
    assert line.startswith(b"ICAP/1.0 %d " % status)
    assert len(line.split(b" ", 2)[2]) > 1


def test_what_is_not_ascii_cannot_break_a_line() -> None:
    assert b"X: ???\r\n" in bodyless_reply(200, [("X", "é\u202e\u2028")])


def test_chunk() -> None:
    assert chunk(b"a" * 26) == b"1a\r\n" + b"a" * 26 + b"\r\n"
    assert chunk(b"") == b"", "it would end the body"


@given(st.lists(st.binary(max_size=100)))
def test_chunks_are_read_as_what_was_written(pieces: list[bytes]) -> None:
    wire = b"".join(map(chunk, pieces)) + LAST_CHUNK
    decoder, body = ChunkDecoder(), list[memoryview]()
    assert decoder.decode(wire, 0, body) == len(wire)
    assert decoder.finished
    assert b"".join(body) == b"".join(pieces)


@given(st.binary(max_size=100), st.integers(0, 2**62))
def test_original_body_is_the_last_chunk(piece: bytes, offset: int) -> None:
    """draft-icap-ext-partial-content: an extension that only those read who asked for it."""
    last = original_body_chunk(offset)
    assert last == b"0; use-original-body=%d\r\n\r\n" % offset
    decoder, body = ChunkDecoder(), list[memoryview]()
    wire = chunk(piece) + last
    assert decoder.decode(wire, 0, body) == len(wire)
    assert decoder.finished
    assert b"".join(body) == piece


def test_a_folded_value_keeps_its_lines() -> None:
    reply = bodyless_reply(200, [("X", "1\r\n\ta")])
    assert b"\r\nX: 1\r\n\ta\r\nEncapsulated" in reply


def test_413_is_never_said() -> None:
    """Squid takes none but 100, 200, 201, 204 and 206; what is too large is a matter of policy."""
    assert 413 not in REASONS
    assert set(REASONS) >= {400, 401, 403, 404, 405, 408, 500, 501, 503, 505}
