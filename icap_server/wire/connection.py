"""One ICAP connection, server side: bytes in -> events out.  No I/O (RFC 3507 §4).

`receive` yields all events that the bytes so far allow, up to the end of one request or of its
preview; what lies behind waits until `next_request` or `send_continue` is called, so that one
request is outstanding at a time however much the client pipelines.
"""

import re

from icap_server.wire.chunks import ChunkDecoder
from icap_server.wire.encapsulated import Layout, parse_encapsulated, require_whole_head
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import BodyData, BodyEnd, Event, PreviewEnd, RequestHead
from icap_server.wire.head import MAX_HEAD, Head, parse_head, parse_preview, tokens
from icap_server.wire.replies import LAST_CHUNK
from icap_server.wire.state import State, Step, advance

CONTINUE = b"ICAP/1.0 100 Continue\r\n\r\n"  # bare: egirna's client knows no other form
END_OF_HEAD = b"\r\n\r\n"
BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
MAX_LEFTOVERS = 64
"""Empty lines and repeated last chunks before a request; one or two are seen."""
MANY_PIECES = 16
"""More body pieces than these in one read are joined: tiny chunks must not cost an event each."""


class ServerConnection:
    """The server's view of one connection."""

    def __init__(self) -> None:
        self.state = State.IDLE
        self._buffer: bytes | bytearray = b""
        self._at = 0
        """Where the unread part of the buffer begins."""
        self._searched = 0
        """Bytes of the unread part known to hold no end of a head, and no bare line feed."""
        self._pending: tuple[Head, Layout, int] | None = None
        """A parsed ICAP head, its layout and its length, while its HTTP heads are not all in."""
        self._chunks = ChunkDecoder()
        self._preview_left = 0
        self._served = False
        """A request was answered before on this connection."""
        self._leftovers = 0
        """What was stepped over since the last request."""

    def receive(self, data: bytes) -> list[Event]:
        """Take bytes from the peer, return the events they complete, or the first of very many.

        Raises ProtocolError; the connection is of no further use then.
        """
        self._append(data)
        events: list[Event] = []
        if self.state is State.IDLE:
            self._read_head(events)
        if self.mid_body:
            self._read_body(events)
        if self._at == len(self._buffer):
            self._buffer, self._at = b"", 0  # an idle connection holds no memory
        return events

    @property
    def unfinished(self) -> bool:
        """Whether the last receive() stopped early: call it again, with b"" if nothing has come."""
        return self.mid_body and self._chunks.more

    @property
    def mid_request(self) -> bool:
        """Whether the peer has begun a request that it has not finished."""
        return self.mid_body or (self.state is State.IDLE and self.has_unread)

    @property
    def mid_body(self) -> bool:
        """Whether the peer has begun a preview or body that it has not finished."""
        return self.state is State.PREVIEW or self.state is State.BODY

    @property
    def awaits_reply(self) -> bool:
        """Whether the peer's request is whole, or its preview is."""
        return self.state is State.DONE or self.state is State.WAITING

    @property
    def has_unread(self) -> bool:
        """Whether bytes lie here that came before their turn."""
        return len(self._buffer) > self._at

    def send_continue(self) -> bytes:
        """Return the bytes that ask for the rest of the body (§4.5)."""
        self.state = advance(self.state, Step.CONTINUE)
        self._chunks = ChunkDecoder()
        return CONTINUE

    def next_request(self) -> None:
        """Our final reply is written; the next request may be read."""
        self.state = advance(self.state, Step.NEXT)
        self._served = True
        self._leftovers = 0

    def _append(self, data: bytes) -> None:
        if not self.has_unread:
            self._buffer, self._at = data, 0
        elif not data:
            pass
        elif self.mid_body:  # a piece of a line is left
            self._buffer, self._at = bytes(self._buffer[self._at :]) + data, 0
        else:  # a head in drops, or what comes before its turn: grow in place
            if self._at or isinstance(self._buffer, bytes):
                self._buffer, self._at = bytearray(self._buffer[self._at :]), 0
            self._buffer += data

    def _read_head(self, events: list[Event]) -> None:
        if self._pending is None and not self._read_icap_head():
            return
        assert self._pending is not None  # noqa: S101 - for the type checker
        head, layout, length = self._pending
        start = self._at + length
        stop = start + layout.heads
        if len(self._buffer) < stop:
            return
        self._buffer = bytes(self._buffer)
        self._at, self._searched, self._pending = stop, 0, None
        events.append(self._begin(head, layout, self._buffer[start:stop]))

    def _read_icap_head(self) -> bool:
        """Parse the ICAP head once it is whole; return whether it is."""
        self._skip_leftovers()
        end = self._buffer.find(END_OF_HEAD, max(self._at, self._at + self._searched - 3))
        least = end if end >= 0 else len(self._buffer) - 3  # at most "CRLF CR" of its end is here
        if least - self._at > MAX_HEAD:
            raise ProtocolError("head is too long")
        if end < 0:
            self._refuse_early()
            self._searched = len(self._buffer) - self._at
            return False
        head = parse_head(bytes(self._buffer[self._at : end + 2]))
        layout = parse_encapsulated(head.method, head.fields.get("encapsulated"))
        self._pending = head, layout, end + 4 - self._at
        return True

    def _skip_leftovers(self) -> None:
        """Step over empty lines (RFC 9112 §2.2) and a repeated last chunk (seen from Axway)."""
        while True:
            if self._buffer.startswith(b"\r\n", self._at):
                self._at += 2
            elif self._served and self._buffer.startswith(LAST_CHUNK, self._at):
                self._at += len(LAST_CHUNK)
            else:
                return
            self._searched = 0
            self._leftovers += 1
            if self._leftovers > MAX_LEFTOVERS:
                raise ProtocolError("too many empty lines")

    def _refuse_early(self) -> None:
        """Do not wait for the end of a head that can no longer become one."""
        start = bytes(self._buffer[self._at : self._at + 1])
        if not start.isalpha() and start not in b"\r0":
            raise ProtocolError("this is not ICAP")
        if BARE_LINE_FEED.search(self._buffer, self._at + max(0, self._searched - 1)):
            raise ProtocolError("a line ends without carriage return")

    def _begin(self, head: Head, layout: Layout, heads: bytes) -> RequestHead:
        fields = head.fields
        request = heads[slice(*layout.request)]
        response = heads[slice(*layout.response)]
        require_whole_head(request)
        require_whole_head(response)
        preview = parse_preview(fields.get("preview")) if layout.has_body else None
        allow = tokens(fields.get("allow"))
        if not layout.has_body:
            self.state = advance(self.state, Step.HEAD)
        elif preview is not None:
            self.state = advance(self.state, Step.HEAD_PREVIEW)
            self._preview_left = preview
        else:
            self.state = advance(self.state, Step.HEAD_BODY)
        self._chunks = ChunkDecoder()
        return RequestHead(
            head.method,
            head.service,
            fields,
            request,
            response,
            layout.has_body,
            preview,
            "204" in allow,
            "206" in allow,
            "close" in tokens(fields.get("connection")),
            head.query,
            _lapses(head),
        )

    def _read_body(self, events: list[Event]) -> None:
        pieces: list[memoryview] = []
        self._at = self._chunks.decode(bytes(self._buffer), self._at, pieces)
        if self.state is State.PREVIEW:
            self._preview_left -= sum(map(len, pieces))
            if self._preview_left < 0:
                raise ProtocolError("the preview is longer than announced")
        if len(pieces) > MANY_PIECES:
            pieces = [memoryview(b"".join(pieces))]
        events += map(BodyData, pieces)
        if self._chunks.finished:
            events.append(self._end_body())

    def _end_body(self) -> Event:
        if self.state is not State.PREVIEW:  # "ieof" outside a preview is an ordinary end
            self.state = advance(self.state, Step.END)
            return BodyEnd()
        complete = self._chunks.ieof
        self.state = advance(self.state, Step.END if complete else Step.PREVIEW_END)
        return PreviewEnd(complete)


def _lapses(head: Head) -> tuple[str, ...]:
    """Return what a strict server refuses; nothing that is understood depends on any of it."""
    fields = head.fields
    if "host" in fields and not head.relative:
        return ()
    found = []
    if "host" not in fields:
        found.append("Host is missing")  # §4.3.1
    if head.relative:
        found.append("the URI is relative")  # §4.2
    return tuple(found)
