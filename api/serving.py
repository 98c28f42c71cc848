"""How uvicorn serves the API: heads are bounded in size and time, and none says what serves."""

import asyncio
import gc

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 1024
"""Beyond what came with its first bytes; uvicorn itself would keep fields without end."""
HEAD_SECONDS = 15.0
STOP_SECONDS = 5
COLLECTED_AFTER = (20_000, 10, 50)
"""Objects, young collections, older ones.  An answer of 30,000 counts brings 700 forty times over,
and every tenth such answer waited 30 to 70 ms until all that lives had been looked through."""
TOO_LARGE = "431 Request Header Fields Too Large"
TOO_SLOW = "408 Request Timeout"


class BoundedHead(HttpToolsProtocol):
    """Whoever sends a head that never ends is cut off."""

    _in_head = True
    _head_bytes = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
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
        super().on_headers_complete()

    def _begin_head(self) -> None:
        self._end_head()
        self._in_head = True
        self._head_bytes = 0
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(HEAD_SECONDS, self._cut_off, TOO_SLOW)

    def _end_head(self) -> None:
        self._in_head = False
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _cut_off(self, status: str) -> None:
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            answer = f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(answer.encode())
        self.transport.close()


def configuration(app: ASGIApp) -> uvicorn.Config:
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
