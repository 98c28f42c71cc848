"""Bytes of a client: any cut of them gives the same events, or is refused all the same.

Input: two bytes that say how to cut, then the stream.  The lowest bit of the first says whether
the rest of a body is asked for after its preview.
"""

from collections.abc import Iterator
from itertools import cycle

from icap_server.wire.chunks import MAX_CHUNK_LINE, MAX_TRAILER
from icap_server.wire.connection import MANY_PIECES, ServerConnection
from icap_server.wire.encapsulated import MAX_HTTP_HEADS
from icap_server.wire.events import BodyData, BodyEnd, Event, PreviewEnd, RequestHead
from icap_server.wire.head import MAX_FIELDS, METHODS
from tests.icap_server.wire.conversation import answer_each

Said = list[int | str]
"""What was understood: a number for each byte of a body, text for everything else."""


def fuzz_one(data: bytes) -> None:
    proceed = bool(data[:1]) and data[0] & 1 == 1
    whole, refused = converse(iter([data[2:]]), proceed=proceed)
    again, refused_again = converse(cut(data[2:], data[:2]), proceed=proceed)
    if refused:
        assert refused_again, "a cut lets it pass"
        assert again[: len(whole)] == whole, "a cut changes what precedes the error"
    else:
        assert not refused_again, "a cut makes it wrong"
        assert again == whole, "a cut changes it"


def cut(wire: bytes, how: bytes) -> Iterator[bytes]:
    sizes = cycle(byte // 2 + 1 for byte in how or b"\0")
    at = 0
    while at < len(wire):
        size = next(sizes)
        yield wire[at : at + size]
        at += size


def converse(pieces: Iterator[bytes], *, proceed: bool) -> tuple[Said, bool]:
    """Answer each request at once; return what was understood, and whether it was refused."""
    said: Said = []

    def look(connection: ServerConnection, events: list[Event]) -> None:
        note(events, said)
        keep_little(connection)

    status = answer_each(pieces, look, proceed=proceed)
    assert status in (0, 400, 501, 505)
    return said, bool(status)


def note(events: list[Event], said: Said) -> None:
    assert len(events) <= MANY_PIECES + 2
    for event in events:
        match event:
            case RequestHead():
                check_head(event)
                said.append(repr(event))
            case BodyData():
                assert len(event.data)
                said += event.data
            case PreviewEnd() | BodyEnd():
                said.append(repr(event))


def check_head(head: RequestHead) -> None:
    assert head.method in METHODS
    assert len(head.fields) <= MAX_FIELDS
    assert all(name == name.lower() and name for name in head.fields)
    assert not any(mark in text for text in head.fields.values() for mark in "\r\n\0")
    assert head.service.isprintable()
    assert " " not in head.service
    for http in (head.http_request, head.http_response):
        assert not http or http.find(b"\r\n\r\n") == len(http) - 4
        assert len(http) <= MAX_HTTP_HEADS
    assert head.preview is None or head.has_body


def keep_little(connection: ServerConnection) -> None:
    if connection.mid_body:
        left = len(connection._buffer) - connection._at
        assert left <= max(MAX_CHUNK_LINE, MAX_TRAILER), "a body is not for the wire to keep"
