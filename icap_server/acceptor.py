"""Accepts connections: who it is, whether he may come in, and only then a protocol.

An accept loop of our own, because the one of asyncio makes a protocol before anybody can ask for
the address, cannot be slowed down, and forgets nobody it has accepted.
"""

import asyncio
import errno
import socket
import ssl
from dataclasses import replace
from typing import Protocol

import structlog

from icap_server.client import Client
from icap_server.session import Session
from icap_server.tls import HANDSHAKE_SECONDS, SHUTDOWN_SECONDS, subject_of
from verdicts.addresses import canonical_address

log = structlog.get_logger()

BACKLOG = 1024
"""Connections that the kernel keeps for us; it takes the least of this and net.core.somaxconn."""
BATCH = 32
"""Accepted before the other sessions have their turn."""
SLOW_BATCH = 16
SLOW_SECONDS = 0.01
"""When crowded: so many at a time, and then a pause.  Some clients make a connection for each file:
they are slowed down.  An OPTIONS still comes in at once, or behind few others."""
PAUSE_SECONDS = 0.5
"""After an error that the next connection would meet too."""
VANISHED = frozenset(
    """ECONNABORTED EPROTO EPERM ENETDOWN ENETUNREACH EHOSTDOWN EHOSTUNREACH ENONET ENOPROTOOPT
    EOPNOTSUPP EINTR""".split()
)
"""Errors of the connection that was to be accepted, not of the listener (accept(2))."""


class Door(Protocol):
    """What an acceptor needs of the front."""

    @property
    def crowded(self) -> bool:
        """There is more to do than usual: let new connections in slowly."""

    def open(self, client: Client) -> Session | None:
        """Return the session for a new connection; None: close it at once."""

    def forget(self, session: Session, reason: str) -> None:
        """The session never began."""


class SecureSession(Session):
    """Knows who showed a certificate, once the handshake is over.

    Its client cannot stop sending and still read: TLS ends in both directions.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        subject = subject_of(transport.get_extra_info("peercert"))
        self.client = replace(self.client, subject=subject)
        super().connection_made(transport)

    def eof_received(self) -> bool:
        super().eof_received()
        return False  # uvloop would write a line to the log for each True


class Acceptor:
    """One listener, plain or TLS.  Belongs to one event loop."""

    def __init__(
        self, listener: socket.socket, door: Door, context: ssl.SSLContext | None = None
    ) -> None:
        self._listener = listener
        self._door = door
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[None]] = set()
        """Connections that are accepted, but whose protocol has not begun."""
        self._pause: asyncio.TimerHandle | None = None
        self._failing = False
        """The error is logged, and has not gone since."""

    def start(self) -> None:
        self._listener.setblocking(False)
        self._listener.listen(BACKLOG)
        self._resume()

    async def stop(self) -> None:
        """Accept nothing more; who connects from now on is refused.  Safe to repeat."""
        if self._pause is not None:
            self._pause.cancel()
        if self._listener.fileno() >= 0:
            self._loop.remove_reader(self._listener.fileno())
            self._listener.close()
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _resume(self) -> None:
        self._pause = None
        self._loop.add_reader(self._listener.fileno(), self._accept)

    def _rest(self, seconds: float) -> None:
        self._loop.remove_reader(self._listener.fileno())
        self._pause = self._loop.call_later(seconds, self._resume)

    def _accept(self) -> None:
        crowded = self._door.crowded
        for _ in range(SLOW_BATCH if crowded else BATCH):
            try:
                connection, peer = self._listener.accept()
            except BlockingIOError:
                break
            except OSError as error:
                if errno.errorcode.get(error.errno or 0) in VANISHED:
                    continue
                self._fail(error)
                return
            self._failing = False
            self._open(connection, peer)
        if crowded:
            self._rest(SLOW_SECONDS)

    def _fail(self, error: OSError) -> None:
        """No descriptor or no memory is left: look again a little later."""
        if not self._failing:
            self._failing = True
            log.error("accept.failed", reason=str(error), fix="raise LimitNOFILE; see the doctor")
        self._rest(PAUSE_SECONDS)

    def _open(self, connection: socket.socket, peer: tuple[str, int]) -> None:
        client = Client(canonical_address(peer[0]), secure=self._context is not None)
        session = self._door.open(client)
        if session is None:
            connection.close()
            return
        task = self._loop.create_task(self._connect(connection, session))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _connect(self, connection: socket.socket, session: Session) -> None:
        try:
            if self._context is None:
                await self._loop.connect_accepted_socket(lambda: session, connection)
            else:
                await self._loop.connect_accepted_socket(
                    lambda: session,
                    connection,
                    ssl=self._context,
                    ssl_handshake_timeout=HANDSHAKE_SECONDS,
                    ssl_shutdown_timeout=SHUTDOWN_SECONDS,
                )
        except asyncio.CancelledError:
            self._door.forget(session, "")
            raise
        except Exception as error:  # an end, an alert, plain bytes, a time-out: all the same to us
            self._door.forget(session, str(error) or type(error).__name__)
