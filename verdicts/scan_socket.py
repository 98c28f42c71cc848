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

from verdicts.inspect import Inspection
from verdicts.model import Direction, Transfer, new_transfer_id, utc_now
from verdicts.record import as_row
from verdicts.spool import SpoolSpace, spool_file

log = structlog.get_logger()

MAX_HEAD = 32 * 1024
MAX_ROW = 4 * 1024 * 1024
MAX_AT_ONCE = 8
RECEIVE_SECONDS = 10


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


def submit(
    run_directory: Path, descriptor: int, request: ScanRequest, timeout: float
) -> dict[str, object]:
    """Hand a file to a running front and return its verdict, as GET /v1/verdicts/{id} shows it.

    Blocks up to `timeout` seconds.  Raises NoFrontAnswers or ScanRefused.
    """
    head = json.dumps(asdict(request)).encode()
    for path in sorted(run_directory.glob("front-*.sock")):
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
            except OSError as error:
                raise NoFrontAnswers(f"the front went away: {error}") from error
    raise NoFrontAnswers(f"no front listens in {run_directory}; is `douane serve` running?")


def _read_row(connection: socket.socket) -> dict[str, object]:
    data = bytearray()
    while len(data) <= MAX_ROW and (piece := connection.recv(65536)):
        data += piece
    if not data:
        raise NoFrontAnswers("the front went away without an answer")
    row = json.loads(data)
    if "error" in row:
        raise ScanRefused(str(row["error"]))
    return dict(row)


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
        asyncio.get_running_loop().add_reader(listener.fileno(), self._accept)

    async def stop(self) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener.fileno())
            self._listener.close()
            self._path.unlink(missing_ok=True)
        await asyncio.gather(*self._running, return_exceptions=True)

    def _accept(self) -> None:
        assert self._listener is not None  # noqa: S101 - set before the reader is
        with contextlib.suppress(BlockingIOError):
            connection, _ = self._listener.accept()
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
            connection.setblocking(False)
            with contextlib.suppress(OSError):
                loop = asyncio.get_running_loop()
                await loop.sock_sendall(connection, json.dumps(row).encode())

    async def _scan(self, connection: socket.socket) -> dict[str, object]:
        data, descriptors = await asyncio.to_thread(_receive, connection)
        if len(descriptors) != 1:
            for descriptor in descriptors:
                os.close(descriptor)
            raise ValueError("exactly one file comes with a request")
        try:
            request = ScanRequest(**json.loads(data))
            spool = await asyncio.to_thread(
                spool_file, descriptors[0], self._space, self._file_bytes
            )
        finally:
            os.close(descriptors[0])
        if spool is None:
            raise ValueError(f"the file is larger than {self._file_bytes} bytes")
        try:
            return as_row(await self._inspection.inspect(scan_transfer(request), spool))
        finally:
            spool.close()


def scan_transfer(request: ScanRequest) -> Transfer:
    """Return the transfer of a file that somebody hands in; it counts as an upload."""
    return Transfer(
        id=new_transfer_id(),
        service="scan",
        direction=Direction.UPLOAD,
        received_at=utc_now(),
        url=request.url,
        user=request.user,
        client_ip=request.client_ip,
        file_name=request.file_name,
        declared_type=request.declared_type,
    )


def _receive(connection: socket.socket) -> tuple[bytes, list[int]]:
    """Read one request to its end, blocking."""
    connection.settimeout(RECEIVE_SECONDS)
    data, descriptors, _, _ = socket.recv_fds(connection, MAX_HEAD, 2)
    while piece := connection.recv(MAX_HEAD):
        data += piece
        if len(data) > MAX_HEAD:
            break
    return data, descriptors
