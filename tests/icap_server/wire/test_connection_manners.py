"""A connection: what it says of a request, of its state, and how much work it does for how much."""

from collections.abc import Iterator

import pytest

from icap_server.wire.chunks import MAX_CHUNK_LINE, ChunkDecoder
from icap_server.wire.connection import MANY_PIECES, MAX_LEFTOVERS, ServerConnection
from icap_server.wire.encapsulated import MAX_HTTP_HEADS
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import BodyData, Event, RequestHead
from icap_server.wire.head import MAX_HEAD, Head, parse_head
from icap_server.wire.state import State

LINE = "RESPMOD icap://h/respmod ICAP/1.0"
OPTIONS = b"OPTIONS icap://h/next ICAP/1.0\r\n\r\n"
REQUEST = b"GET http://a/ HTTP/1.1\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\n\r\n"
BOTH = f"req-hdr=0, res-hdr={len(REQUEST)}, res-body={len(REQUEST + RESPONSE)}"


def icap(*fields: str, line: str = LINE) -> bytes:
    return "".join(f"{text}\r\n" for text in (line, *fields, "")).encode("latin-1")


def respmod(body: bytes, *fields: str) -> bytes:
    return icap(f"Encapsulated: res-hdr=0, res-body={len(RESPONSE)}", *fields) + RESPONSE + body


def every_byte(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def test_head_of_a_request() -> None:
    connection = ServerConnection()
    wire = icap(
        f"Encapsulated: {BOTH}",
        "Allow: 204, 206",
        "Preview: 1024",
        "Connection:  Close",
        "X-Client-IP: 192.0.2.7",
        line="RESPMOD icap://h:1344/respmod?mode=simple ICAP/1.0",
    )
    (head,) = connection.receive(wire + REQUEST + RESPONSE)
    assert head == RequestHead(
        "RESPMOD",
        "respmod",
        {
            "encapsulated": BOTH,
            "allow": "204, 206",
            "preview": "1024",
            "connection": "Close",
            "x-client-ip": "192.0.2.7",
        },
        REQUEST,
        RESPONSE,
        has_body=True,
        preview=1024,
        allow_204=True,
        allow_206=True,
        close=True,
        query="mode=simple",
        lapses=("Host is missing",),
    )


@pytest.mark.parametrize(
    "wire, lapses",
    [
        (icap("Host: h", line="OPTIONS icap://h/x ICAP/1.0"), ()),
        (icap("Host:", "Encapsulated: null-body=0"), ()),
        (icap("Encapsulated: null-body=0"), ("Host is missing",)),
        (icap("Host: h", line="OPTIONS /x ICAP/1.0"), ("the URI is relative",)),
        (
            icap("Encapsulated: null-body=0", line="REQMOD /x ICAP/1.0"),
            ("Host is missing", "the URI is relative"),
        ),
    ],
)
def test_what_a_strict_server_refuses(wire: bytes, lapses: tuple[str, ...]) -> None:
    (head,) = ServerConnection().receive(wire)
    assert isinstance(head, RequestHead)
    assert head.lapses == lapses
    assert not head.has_body


@pytest.mark.parametrize("allow", ["", "1204", "2040", "trailers", '"204"', "204x", "20 4"])
def test_allow_is_read_as_a_list(allow: str) -> None:
    (head, *_) = ServerConnection().receive(respmod(b"0\r\n\r\n", f"Allow: {allow}"))
    assert isinstance(head, RequestHead)
    assert not head.allow_204
    assert not head.allow_206


def test_one_request_is_outstanding_at_a_time() -> None:
    connection = ServerConnection()
    assert len(connection.receive(OPTIONS * 3)) == 1
    assert connection.receive(OPTIONS) == []
    assert connection.has_unread
    connection.next_request()
    assert len(connection.receive(b"")) == 1


def test_what_the_peer_is_in_the_middle_of() -> None:
    """The session decides by this what a silent client is waiting for."""
    connection = ServerConnection()
    wire = respmod(b"1\r\na\r\n0\r\n\r\n", "Preview: 1")
    assert not connection.mid_request
    for cut, byte in enumerate(every_byte(wire)[:-1]):
        connection.receive(byte)
        assert connection.mid_request
        assert connection.mid_body == (cut >= wire.index(RESPONSE) + len(RESPONSE) - 1)
    connection.receive(wire[-1:])
    assert not connection.mid_request
    connection.send_continue()
    assert connection.mid_body
    connection.receive(b"0\r\n\r\n")
    assert not connection.mid_request
    connection.next_request()
    connection.receive(b"0\r\n\r\n\r\n")
    assert not connection.mid_request, "leftovers of the request before begin none"


@pytest.mark.parametrize("state", [State.IDLE, State.PREVIEW, State.BODY])
def test_our_own_steps_out_of_turn_are_refused(state: State) -> None:
    wire = {
        State.IDLE: b"",
        State.PREVIEW: respmod(b"", "Preview: 9"),
        State.BODY: respmod(b""),
    }
    connection = ServerConnection()
    connection.receive(wire[state])
    assert connection.state is state
    with pytest.raises(ProtocolError):
        connection.next_request()
    with pytest.raises(ProtocolError):
        connection.send_continue()


def test_no_body_has_no_preview_whatever_is_said() -> None:
    wire = icap(f"Encapsulated: res-hdr=0, null-body={len(RESPONSE)}", "Preview: many") + RESPONSE
    (head,) = ServerConnection().receive(wire)
    assert isinstance(head, RequestHead)
    assert head.preview is None


def test_a_head_behind_a_long_body_in_one_read_is_not_too_long() -> None:
    connection = ServerConnection()
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (MAX_HEAD, bytes(MAX_HEAD))
    connection.receive(respmod(body) + OPTIONS)
    connection.next_request()
    assert len(connection.receive(b"")) == 1


def padded_head(size: int) -> bytes:
    """Return the head of an OPTIONS request of `size` bytes, its blank line not counted."""
    start = icap(line="OPTIONS icap://h/next ICAP/1.0")[:-2]
    field = b"X-Padding: " + b"x" * 1000 + b"\r\n"
    count, rest = divmod(size - len(start), len(field))
    assert rest > 4, "choose another size"
    return start + field * count + b"Y: " + b"y" * (rest - 5) + b"\r\n\r\n"


def test_heads_just_within_their_caps() -> None:
    head = padded_head(MAX_HEAD + 2)
    assert len(ServerConnection().receive(head)) == 1
    field = f"Encapsulated: req-hdr=0, req-body={MAX_HTTP_HEADS}"
    http = b"GET / HTTP/1.1\r\nX: " + b"x" * (MAX_HTTP_HEADS - 23) + b"\r\n\r\n"
    request = icap(field, line="REQMOD icap://h/reqmod ICAP/1.0") + http
    (event,) = ServerConnection().receive(request)
    assert isinstance(event, RequestHead)
    assert event.http_request == http


def test_a_head_beyond_its_cap_is_refused_before_it_is_whole() -> None:
    head = padded_head(MAX_HEAD + 3)
    with pytest.raises(ProtocolError):
        ServerConnection().receive(head)
    with pytest.raises(ProtocolError):
        ServerConnection().receive(head[: MAX_HEAD + 4])


class CountingBuffer(bytearray):
    """Counts the bytes that searches look at."""

    seen = 0

    def find(self, sub: bytes, start: int = 0) -> int:  # type: ignore[override]
        self.seen += len(self) - start
        return super().find(sub, start)


def test_a_head_in_drops_costs_no_more_than_its_length() -> None:
    connection = ServerConnection()
    head = padded_head(MAX_HEAD + 2)  # as long as may be
    connection.receive(head[:1])
    connection.receive(head[1:2])
    buffer = connection._buffer = CountingBuffer(connection._buffer)
    for byte in every_byte(head[2:-1]):
        assert connection.receive(byte) == []
        assert connection._buffer is buffer, "it grows in place"
    assert len(connection.receive(head[-1:])) == 1
    assert buffer.seen <= 8 * len(head)


def test_http_heads_in_drops_cost_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[bytes] = []

    def look(data: bytes) -> Head:
        looks.append(data)
        return parse_head(data)

    monkeypatch.setattr("icap_server.wire.connection.parse_head", look)
    connection = ServerConnection()
    events = [event for byte in every_byte(respmod(b"")) for event in connection.receive(byte)]
    (head,) = events
    assert len(looks) == 1
    assert isinstance(head, RequestHead)
    assert type(head.http_response) is bytes, "nobody can change it afterwards"


def test_what_comes_before_its_turn_costs_no_more_than_its_length() -> None:
    connection = ServerConnection()
    connection.receive(OPTIONS)
    connection.receive(b"O")
    connection.receive(b"P")
    buffer = connection._buffer
    for _ in range(10_000):
        connection.receive(b"x")
    assert connection._buffer is buffer


def test_a_body_of_tiny_chunks_costs_few_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """1 MiB in chunks of one byte, 64 KiB at a time."""
    lines = 0
    read_line = ChunkDecoder._read_chunk_line

    def count(decoder: ChunkDecoder, data: bytes, at: int) -> int:
        nonlocal lines
        lines += 1
        return read_line(decoder, data, at)

    monkeypatch.setattr(ChunkDecoder, "_read_chunk_line", count)
    connection = ServerConnection()
    connection.receive(respmod(b""))
    size = 1024 * 1024
    wire = b"1\r\na\r\n" * size
    pieces = [wire[at : at + 65_536] for at in range(0, len(wire), 65_536)]
    received = 0
    for piece in pieces:
        for events in receive_all(connection, piece):
            assert len(events) <= MANY_PIECES
            received += sum(len(event.data) for event in events if isinstance(event, BodyData))
        assert len(connection._buffer) - connection._at < MAX_CHUNK_LINE
    assert received == size
    assert lines <= size + len(pieces)


def receive_all(connection: ServerConnection, data: bytes) -> Iterator[list[Event]]:
    yield connection.receive(data)
    while connection.unfinished:
        yield connection.receive(b"")


@pytest.mark.parametrize("count, events", [(MANY_PIECES, MANY_PIECES), (MANY_PIECES + 1, 1)])
def test_pieces_of_one_read_are_joined_if_they_are_many(count: int, events: int) -> None:
    connection = ServerConnection()
    connection.receive(respmod(b""))
    got = connection.receive(b"1\r\na\r\n" * count)
    assert len(got) == events
    assert b"".join(event.data for event in got if isinstance(event, BodyData)) == b"a" * count


def test_an_idle_connection_keeps_nothing() -> None:
    connection = ServerConnection()
    connection.receive(respmod(b"10000\r\n" + b"a" * 65_536 + b"\r\n0\r\n\r\n"))
    connection.next_request()
    assert not connection.has_unread
    assert connection._buffer == b""


@pytest.mark.parametrize("leftover", [b"\r\n", b"0\r\n\r\n"])
def test_leftovers_before_a_request_have_an_end(leftover: bytes) -> None:
    """A flood of them would keep us busy for nothing; each request has its own count."""
    connection = ServerConnection()
    for _ in range(2):
        (head,) = connection.receive(OPTIONS)
        assert isinstance(head, RequestHead)
        connection.next_request()
        assert connection.receive(leftover * MAX_LEFTOVERS) == []
    with pytest.raises(ProtocolError, match="empty lines"):
        connection.receive(leftover)
