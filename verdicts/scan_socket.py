"""A file handed over on this machine, to the same inspect(): `POST /v1/scans` and `douane scan`.

A front listens on a Unix socket in the run directory (mode 0600).  One message in: a JSON head
and the descriptor of the file.  One message out: the verdict as the API shows it.
"""

import asyncio
import contextlib
import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from scanners.passwords.hints import hints
from verdicts.inspect import Inspection
from verdicts.model import Direction, Transfer, new_transfer_id, utc_now
from verdicts.record import as_row, clipped
from verdicts.spool import SpoolSpace, spool_file

log = structlog.get_logger()

MAX_HEAD = 32 * 1024
MAX_ROW = 4 * 1024 * 1024
MAX_AT_ONCE = 8
RECEIVE_SECONDS = 10
SEND_SECONDS = 10
ACCEPT_PAUSE = 0.5


class NoFrontAnswers(Exception):
    """No front takes scans: the service is not running, or not ready yet."""


class ScanRefused(Exception):
    """The front took the file but could not make a verdict of it; the text says why."""


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What is known of the file besides its bytes.  Untrusted."""

    file_name: str
    declared_type: str
    url: str = ""
    user: str = ""
    client_ip: str = ""
    host: str = ""
    channel: str = "unknown"
    direction: str = Direction.UPLOAD.value
    parameters: tuple[tuple[str, str], ...] = ()
    codings: tuple[str, ...] = ()
    recorded: bool = True
    """False: nobody transfers it; the verdict only says what would be done."""


def submit(
    run_directory: Path, descriptor: int, request: ScanRequest, timeout: float
) -> dict[str, object]:
    """Hand a file to a running front and return its verdict, as GET /v1/verdicts/{id} shows it.

    Blocks; `timeout` seconds of silence are the end of it.  Raises NoFrontAnswers or ScanRefused.
    """
    head = json.dumps(asdict(request)).encode()
    if len(head) > MAX_HEAD:
        raise ScanRefused("its name, type or address is too long")
    fronts = sorted(run_directory.glob("front-*.sock"), key=lambda _: os.urandom(4))
    for path in fronts:  # in any order: no front has all the work
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            try:
                connection.connect(str(path))
            except OSError:
                continue
            try:
                socket.send_fds(connection, [head], [descriptor])
                connection.shutdown(socket.SHUT_WR)
                return _read_row(connection)
            except (OSError, ValueError) as error:
                raise NoFrontAnswers(f"the front went away: {error}") from error
    raise NoFrontAnswers(f"no front listens in {run_directory}; is `douane serve` running?")


def _read_row(connection: socket.socket) -> dict[str, object]:
    data = bytearray()
    while len(data) <= MAX_ROW and (piece := connection.recv(65536)):
        data += piece
    if not data:
        raise ValueError("no answer")
    row: object = json.loads(data)
    if not isinstance(row, dict):
        raise ValueError("no verdict")
    if "error" in row:
        raise ScanRefused(str(row["error"]))
    return row


class ScanSocket:
    """The front's end."""

    def __init__(
        self, path: Path, inspection: Inspection, space: SpoolSpace, file_bytes: int
    ) -> None:
        self._path = path
        self._inspection = inspection
        self._space = space
        self._file_bytes = file_bytes
        self._turn = asyncio.Semaphore(MAX_AT_ONCE)
        self._listener: socket.socket | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        listener.bind(str(self._path))
        self._path.chmod(0o600)
        listener.listen(64)
        self._listener = listener
        self._listen()

    async def stop(self) -> None:
        """Accept nothing more and let running scans end; each has its own deadline."""
        listener, self._listener = self._listener, None
        if listener is not None:
            asyncio.get_running_loop().remove_reader(listener.fileno())
            listener.close()
            self._path.unlink(missing_ok=True)
        await asyncio.gather(*self._running, return_exceptions=True)

    def _listen(self) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().add_reader(self._listener.fileno(), self._accept)

    def _accept(self) -> None:
        assert self._listener is not None  # noqa: S101 - set before the reader is
        try:
            connection, _ = self._listener.accept()
        except BlockingIOError:
            return
        except OSError as error:  # no descriptors left: look again a little later, not at once
            log.warning("scan.not_accepted", reason=str(error))
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._listener.fileno())
            loop.call_later(ACCEPT_PAUSE, self._listen)
            return
        task = asyncio.ensure_future(self._answer(connection))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, connection: socket.socket) -> None:
        """Everything that goes wrong for one caller ends here."""
        with connection:
            try:
                async with self._turn:
                    row = await self._scan(connection)
            except (OSError, ValueError, TypeError) as error:
                log.info("scan.refused", reason=str(error))
                row = {"error": str(error)}
            except Exception:
                log.exception("scan.crashed")
                row = {"error": "the front failed; its log says why"}
            connection.setblocking(False)
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(SEND_SECONDS):
                    loop = asyncio.get_running_loop()
                    await loop.sock_sendall(connection, json.dumps(row).encode())

    async def _scan(self, connection: socket.socket) -> dict[str, object]:
        data, descriptor = await asyncio.to_thread(_receive, connection)
        try:
            request = _read_request(data)
            spool = await asyncio.to_thread(spool_file, descriptor, self._space, self._file_bytes)
        finally:
            os.close(descriptor)
        if spool is None:
            raise ValueError(f"the file is larger than {self._file_bytes} bytes")
        try:
            transfer = scan_transfer(request)
            record = await self._inspection.inspect(transfer, spool, recorded=request.recorded)
        finally:
            spool.close()
        return as_row(clipped(record))


def scan_transfer(request: ScanRequest) -> Transfer:
    """Return the transfer of a file that somebody hands in; it counts as an upload.

    Unless the request says otherwise, for a file that was transferred before.
    """
    return Transfer(
        id=new_transfer_id(),
        service="scan",
        direction=Direction(request.direction),
        received_at=utc_now(),
        url=request.url,
        host=request.host,
        channel=request.channel,
        user=request.user,
        client_ip=request.client_ip,
        file_name=request.file_name,
        declared_type=request.declared_type,
        parameters=request.parameters,
        codings=request.codings,
        hints=hints(request.url),
    )


def _receive(connection: socket.socket) -> tuple[bytes, int]:
    """Read one request to its end, blocking; the descriptor is the caller's to close."""
    connection.settimeout(RECEIVE_SECONDS)
    data, descriptors, _, _ = socket.recv_fds(connection, MAX_HEAD, 2)
    try:
        while len(data) <= MAX_HEAD and (piece := connection.recv(MAX_HEAD)):
            data += piece
        if len(descriptors) != 1 or len(data) > MAX_HEAD:
            raise ValueError("a request is a short head and exactly one file")
    except BaseException:
        for descriptor in descriptors:
            os.close(descriptor)
        raise
    return data, descriptors[0]


def _read_request(data: bytes) -> ScanRequest:
    """Raise ValueError or TypeError for anything that `submit` does not send."""
    head = json.loads(data)
    if not isinstance(head, dict):
        raise ValueError("the head of a request is a table")
    recorded = head.pop("recorded", True)
    codings = tuple(head.pop("codings", ()))
    parameters = tuple((name, value) for name, value in head.pop("parameters", ()))
    texts = [*head.values(), *codings, *(text for pair in parameters for text in pair)]
    if not isinstance(recorded, bool) or not all(isinstance(text, str) for text in texts):
        raise ValueError("the values of a request are texts, but for lists of them and recorded")
    request = ScanRequest(**head, parameters=parameters, codings=codings, recorded=recorded)
    Direction(request.direction)
    return request
