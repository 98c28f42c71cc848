"""One connection to the ledger: a front, or somebody with a question."""

import asyncio
import os
import socket
from collections.abc import Sequence
from contextlib import suppress

import structlog
from pydantic import TypeAdapter

from verdicts.ledger.commit import Arrival
from verdicts.ledger.desk import Desk
from verdicts.ledger.frames import ID_BYTES, BadFrame, FrameReader, Kind, pack
from verdicts.ledger.questions import Question, decode_question, encode_answer
from verdicts.status import FrontStatus

QUEUE_BYTES = 64 * 1024 * 1024
"""Records waiting for disk; beyond it the fronts are not read, and keep theirs."""
LEISURE_SECONDS = 0.05
"""How long a front is left unread after an ordinary record: to be woken for each of them costs
more than to store it.  Whoever waits for a durable record rings the bell."""
BURST_BYTES = 32 * 1024
"""Whoever had so much to say is read again at once, before its socket is full."""
READ_BYTES = 65536
UNREAD_BYTES = 8 * 1024 * 1024
"""What a peer may leave unread of our answers before it is cut off."""
_STATUS = TypeAdapter(FrontStatus)
log = structlog.get_logger()


class Connection(asyncio.Protocol):
    """Whoever speaks nonsense is cut off; nobody else notices."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        """A descriptor of our own, for what the transport leaves unread."""
        self._answers: set[asyncio.Task[None]] = set()
        self._ordinary = False
        """The last bytes held a record that nobody waits for."""
        self._rest: asyncio.TimerHandle | None = None
        """Runs out when this connection is to be read again."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's is a Transport
        accepted = transport.get_extra_info("socket")
        self._socket = socket.socket(fileno=os.dup(accepted.fileno())) if accepted else None
        self._desk.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Read what a killed front has left in the socket.

        A transport is at its end when an acknowledgement finds nobody, be there unread records.
        """
        self._desk.connections.discard(self)
        self._transport = None
        if self._socket is not None:
            with suppress(OSError):
                while data := self._socket.recv(READ_BYTES):
                    self.data_received(data)
            self._socket.close()

    def data_received(self, data: bytes) -> None:
        self._ordinary = False
        try:
            for kind, payload in self._reader.feed(data):
                self._take(kind, payload)
        except ValueError as error:  # pydantic's and BadFrame among them
            log.warning("ledger.bad_peer", reason=type(error).__name__)
            self._abort()
            return
        if self._transport is None:
            return
        if self._desk.commit.queued_bytes > QUEUE_BYTES:
            self._transport.pause_reading()
        elif self._ordinary and len(data) < BURST_BYTES:
            self._transport.pause_reading()
            self._rest = asyncio.get_running_loop().call_later(LEISURE_SECONDS, self.resume)

    def settle(self, stored: Sequence[bytes], refused: Sequence[bytes]) -> None:
        if stored:
            self._send(pack(Kind.ACKNOWLEDGED, b"".join(stored)))
        if refused:
            self._send(pack(Kind.REFUSED, b"".join(refused)))

    def resume(self) -> None:
        if self._rest:
            self._rest.cancel()
            self._rest = None
        if self._transport and self._desk.commit.queued_bytes <= QUEUE_BYTES:
            self._transport.resume_reading()

    def close(self) -> None:
        self._leave_unread()
        if self._transport:
            self._transport.close()

    def _take(self, kind: Kind, payload: bytes) -> None:
        match kind:
            case Kind.RECORD | Kind.DURABLE_RECORD:
                if len(payload) < ID_BYTES:
                    raise BadFrame("a record without id")
                arrival = Arrival(payload[:ID_BYTES], payload[ID_BYTES:], self)
                self._ordinary = kind is Kind.RECORD
                self._desk.commit.add(arrival, urgent=not self._ordinary)
            case Kind.BELL:
                self._desk.read_all()
            case Kind.STATUS:
                self._desk.report(_STATUS.validate_json(payload, strict=True))
            case Kind.QUESTION:
                answering = asyncio.create_task(self._answer(decode_question(payload)))
                self._answers.add(answering)
                answering.add_done_callback(self._answers.discard)
            case _:
                raise BadFrame(f"{kind.name} is ours to say")

    async def _answer(self, question: Question) -> None:
        try:
            answer = encode_answer(await self._desk.answer(question))
        except Exception:
            log.exception("ledger.question_failed", question=question.ask)
            answer = b""
        self._send(pack(Kind.ANSWER, answer))

    def _send(self, frame: bytes) -> None:
        if self._transport is None:
            return
        self._transport.write(frame)
        if self._transport.get_write_buffer_size() > UNREAD_BYTES:
            log.warning("ledger.peer_does_not_read")
            self._abort()

    def _abort(self) -> None:
        self._leave_unread()
        if self._transport:
            self._transport.abort()

    def _leave_unread(self) -> None:
        """The end is ours: whoever is on the other side keeps what we did not acknowledge."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
