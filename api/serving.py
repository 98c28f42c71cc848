"""How uvicorn serves the API: connections and heads are bounded, and none says what serves."""

import asyncio
import gc
import resource
import socket
from typing import ClassVar

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 1024
"""Beyond what came with its first bytes; uvicorn itself would keep fields without end."""
HEAD_SECONDS = 15.0
STOP_SECONDS = 5
CONNECTIONS = 1000
"""At most, and never more than half of the descriptors; 32 streams and 100 uploads need places."""
VANISHED_SECONDS = 30
"""Until a peer that acknowledges nothing counts as gone: its machine may be, without a word."""
COLLECTED_AFTER = (20_000, 10, 50)
"""Objects, young collections, older ones.  An answer of 30,000 counts brings 700 forty times over,
and every tenth such answer waited 30 to 70 ms until all that lives had been looked through."""
TOO_LARGE = "431 Request Header Fields Too Large"
TOO_SLOW = "408 Request Timeout"
TOO_MANY = "503 Service Unavailable"


class BoundedHead(HttpToolsProtocol):
    """Whoever sends a head that never ends is cut off.

    When all places are taken, who has been silent for longest makes room for who comes.
    """

    most = CONNECTIONS
    waiting: ClassVar[dict["BoundedHead", None]] = {}
    """Connections without a request, those that are silent for longest first."""
    _in_head = True
    _head_bytes = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _notice_vanishing(transport)
        self._begin_head()
        if len(self.connections) > self.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        self.waiting.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        in_head = self._in_head
        super().data_received(data)
        if in_head and self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._cut_off(TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        self._end_head()
        self.waiting.pop(self, None)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.is_idle() and not self.transport.is_closing():
            self.waiting[self] = None

    def _begin_head(self) -> None:
        self._end_head()
        self._in_head = True
        self._head_bytes = 0
        loop = asyncio.get_running_loop()
        self.waiting.pop(self, None)
        if self.is_idle():
            self.waiting[self] = None
        self._deadline = loop.call_later(HEAD_SECONDS, self._cut_off, TOO_SLOW)

    def _end_head(self) -> None:
        self._in_head = False
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _make_room(self) -> None:
        """Cut off who waits for longest without a request; us, if all others have one."""
        longest = next(iter(self.waiting))
        del self.waiting[longest]
        longest._cut_off(TOO_MANY)
        if longest.transport.get_write_buffer_size():  # it does not read either
            longest.transport.abort()
        self.connections.discard(longest)

    def is_idle(self) -> bool:
        """Whether no request of it is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _cut_off(self, status: str) -> None:
        if self.transport.is_closing():
            return
        if self.is_idle():
            answer = f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(answer.encode())
        self.transport.close()


def _notice_vanishing(transport: asyncio.Transport) -> None:
    """Have the kernel end it if the peer says nothing any more (tcp(7)); a pipe cannot vanish."""
    ours = transport.get_extra_info("socket")
    if ours is None or ours.family not in (socket.AF_INET, socket.AF_INET6):
        return
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        (socket.TCP_KEEPIDLE, VANISHED_SECONDS // 2),
        (socket.TCP_KEEPINTVL, VANISHED_SECONDS // 6),
        (socket.TCP_USER_TIMEOUT, VANISHED_SECONDS * 1000),  # of what was sent, heartbeats included
    ):
        ours.setsockopt(socket.IPPROTO_TCP, option, value)


def configuration(app: ASGIApp) -> uvicorn.Config:
    BoundedHead.most = min(CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
    return uvicorn.Config(
        app,
        http=BoundedHead,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # it would believe whatever stands there; `Forwarded` looks
        lifespan="on",
        timeout_graceful_shutdown=STOP_SECONDS,
        ws="none",
    )


def calm_collector() -> None:
    """Keep the garbage collector off what is there now, and from answers that are being made."""
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
