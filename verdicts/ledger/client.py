"""The front's side of the ledger's socket: no record leaves memory before it is on disk."""

import asyncio
import socket
from collections import deque
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import structlog
from pydantic import TypeAdapter

from verdicts.ledger.entry import encode
from verdicts.ledger.frames import BadFrame, FrameReader, Kind, pack, split_ids
from verdicts.ledger.pending import Pending, Unrecorded
from verdicts.model import VerdictRecord
from verdicts.record import id_bytes
from verdicts.status import FrontStatus

STOP_SECONDS = 5.0
RECONNECT_SECONDS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
READ_BYTES = 65536
SEND_BUFFER_BYTES = 1024 * 1024
"""Or what the kernel allows: the ledger reads ordinary records every 50 ms only."""
BELL = pack(Kind.BELL, b"")
_STATUS = TypeAdapter(FrontStatus)
log = structlog.get_logger()


class LedgerClient:
    """Belongs to one event loop.  Sends from a plain socket: on the hot path no task switches."""

    def __init__(self, ledger: Path, node: str, *, refuse: bool = False) -> None:
        """`refuse`: what cannot be recorded raises Unrecorded; else it is counted as lost."""
        self._ledger = ledger
        self._node = node
        self._refuse = refuse
        self._socket: socket.socket | None = None
        self._bell: socket.socket | None = None
        """Its own connection, for what waits in the other one is not read at once."""
        self._reader = FrameReader()
        self._pending = Pending()
        self._unsent: deque[memoryview] = deque()
        self._sent = asyncio.Event()
        """All that is pending is with the kernel, so that it survives us."""
        self._broken = asyncio.Event()
        self._connecting: asyncio.Task[None] | None = None

    @property
    def pending(self) -> int:
        """Records that are not known to be on disk."""
        return len(self._pending)

    @property
    def lost(self) -> int:
        """Records for which there was no room."""
        return self._pending.lost

    @property
    def refuses(self) -> bool:
        """Whether nothing new may begin, since it could not be recorded."""
        return self._refuse and self._pending.late

    def start(self) -> None:
        """Connect now if a ledger listens, else as soon as one does; call in the event loop."""
        self._connect()
        self._connecting = asyncio.create_task(self._keep_connected())

    async def stop(self) -> None:
        """Wait for what is pending, a few seconds at most, and close."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._pending.all_settled()
        except TimeoutError:
            log.error("ledger.records_not_acknowledged", records=len(self._pending))
        if self._connecting:
            self._connecting.cancel()
        self._disconnect()

    async def record(self, record: VerdictRecord, *, durable: bool) -> None:
        """Hand the record to the kernel, and if `durable` wait until it is on disk.

        Both waits end after some seconds with a line in the log: the record stays pending and is
        sent until it is acknowledged.  So does the wait for room; then the record is lost, and
        counted.  Raise ValueError if the transfer has no proper id, and Unrecorded.
        """
        if not await self._pending.room():
            if self._refuse:
                raise Unrecorded
            self._pending.lose()
            return
        key = self._push(record, Kind.DURABLE_RECORD if durable else Kind.RECORD)
        if durable:
            self._ring()
            kept = await self._pending.on_disk(key)
        else:
            kept = await self._pending.soon(self._sent)
        if not kept:
            self._pending.complain()
            if self._refuse:
                raise Unrecorded

    def record_now(self, record: VerdictRecord) -> bool:
        """Hand an ordinary record to the kernel if it takes it at once; False: use record().

        A record may be handed over twice: the ledger drops the second by its id.
        """
        if self._pending.full or not self._sent.is_set():
            return False
        self._push(record, Kind.RECORD)
        return self._sent.is_set()

    def send_status(self, status: FrontStatus) -> None:
        """Best effort: dropped while the ledger is away or slow."""
        if not self._unsent:
            self._transmit(pack(Kind.STATUS, _STATUS.dump_json(status)))

    def _push(self, record: VerdictRecord, kind: Kind) -> bytes:
        """Keep the record, send what the socket takes of it; return its key."""
        key = id_bytes(record.transfer.id)
        if not record.node:
            record = replace(record, node=self._node)
        frame = pack(kind, key + encode(record))
        self._pending.keep(key, frame)
        self._transmit(frame)
        return key

    # The connection: nothing below is lost when it breaks, all that is pending is sent again.

    async def _keep_connected(self) -> None:
        pauses = iter(RECONNECT_SECONDS)
        while True:
            if self._socket is not None:
                self._broken.clear()
                await self._broken.wait()
            await asyncio.sleep(next(pauses, RECONNECT_SECONDS[-1]))
            if self._connect():
                pauses = iter(RECONNECT_SECONDS)

    def _connect(self) -> bool:
        connection = _connected(self._ledger)
        if connection is None:
            return False
        self._socket = connection
        self._bell = _connected(self._ledger)
        self._reader = FrameReader()
        asyncio.get_running_loop().add_reader(connection, self._read, connection)
        self._sent.set()
        for frame in self._pending:
            self._transmit(frame)
        return True

    def _disconnect(self) -> None:
        if self._socket is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._socket)
        loop.remove_writer(self._socket)
        self._socket.close()
        self._socket = None
        if self._bell is not None:
            self._bell.close()
        self._unsent.clear()
        self._sent.clear()
        self._broken.set()

    def _ring(self) -> None:
        """Best effort: without it the ledger reads the record a moment later."""
        if self._bell is not None:
            with suppress(OSError):
                self._bell.send(BELL)

    def _transmit(self, frame: bytes) -> None:
        connection = self._socket
        if connection is None:
            return
        view = memoryview(frame)
        if not self._unsent:
            view = view[self._send(connection, view) :]
            if not view or self._socket is None:
                return
            asyncio.get_running_loop().add_writer(connection, self._write, connection)
            self._sent.clear()
        self._unsent.append(view)

    def _send(self, connection: socket.socket, view: memoryview) -> int:
        """Return how many bytes the kernel took."""
        try:
            return connection.send(view)
        except BlockingIOError:
            return 0
        except OSError:
            self._disconnect()
            return 0

    def _write(self, connection: socket.socket) -> None:
        while self._unsent:
            view = self._unsent[0]
            count = self._send(connection, view)
            if self._socket is None:
                return
            if count < len(view):
                self._unsent[0] = view[count:]
                return
            self._unsent.popleft()
        asyncio.get_running_loop().remove_writer(connection)
        self._sent.set()

    def _read(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        try:
            for kind, payload in self._reader.feed(data):
                self._take(kind, payload)
        except BadFrame:
            log.exception("ledger.bad_frame")
            data = b""
        if not data:
            self._disconnect()

    def _take(self, kind: Kind, payload: bytes) -> None:
        if kind not in {Kind.ACKNOWLEDGED, Kind.REFUSED}:
            raise BadFrame(f"{kind.name} is ours to say")
        for key in split_ids(payload):
            if kind is Kind.REFUSED:
                log.error("ledger.record_refused", transfer=key.hex())
            self._pending.settle(key)


def _connected(ledger: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    try:
        connection.connect(str(ledger))
    except OSError:
        connection.close()
        return None
    return connection
