"""What tests of the wire do with a connection: talk to it, and note what it understands."""

from collections.abc import Callable, Iterable

from icap_server.wire.connection import CONTINUE, ServerConnection
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import BodyData, BodyEnd, Event, PreviewEnd, RequestHead
from icap_server.wire.state import State

Talk = list[str | bytes | int]
Look = Callable[[ServerConnection, list[Event]], None]


def converse(pieces: Iterable[bytes], *, proceed: bool = True) -> Talk:
    """Answer each request at once; return what was understood, the status of an error last.

    `proceed`: ask for the rest of a body after its preview.
    """
    talk: Talk = []

    def look(_: ServerConnection, events: list[Event]) -> None:
        for event in events:
            note(talk, event)

    error = answer_each(pieces, look, proceed=proceed)
    return [*talk, error] if error else talk


def answer_each(pieces: Iterable[bytes], look: Look, *, proceed: bool) -> int:
    """Answer each request at once; return the status of the error that ended it, 0 if none did."""
    connection = ServerConnection()
    for piece in pieces:
        data = piece
        while True:
            try:
                events = connection.receive(data)
            except ProtocolError as error:
                return error.icap_status
            look(connection, events)
            if connection.state is State.WAITING and proceed:
                assert connection.send_continue() == CONTINUE
            elif connection.state in (State.WAITING, State.DONE):
                connection.next_request()
            elif not events:
                break
            data = b""
    return 0


def note(talk: Talk, event: Event) -> None:
    match event:
        case RequestHead():
            talk.append(f"{event.method} {event.service}")
        case BodyData():
            assert event.data
            if talk and isinstance(talk[-1], bytes):
                talk[-1] += bytes(event.data)
            else:
                talk.append(bytes(event.data))
        case PreviewEnd():
            talk.append("ieof" if event.complete else "preview")
        case BodyEnd():
            talk.append("end")


def every_byte(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]
