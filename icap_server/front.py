"""One front process's server: accepts connections, routes requests, watches time, stops gracefully."""

import asyncio
import contextlib
import socket
from collections import Counter
from typing import cast

import structlog

from icap_server import replies
from icap_server.exchange import EchoExchange, Exchange, OptionsExchange, RefusalExchange
from icap_server.inspection import InspectExchange, Office
from icap_server.payload.http_head import HeadMalformed
from icap_server.services import offered_services
from icap_server.session import Session
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import RequestHead

log = structlog.get_logger()

CHECK_SECONDS = 1.0


class Front:
    """Owns the sessions of one process."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.settings = office.settings
        self.space = office.space
        self._services = offered_services(office.settings)
        self._sessions: set[Session] = set()
        self._server: asyncio.Server | None = None
        self._watch: asyncio.Task[None] | None = None
        self.requests: Counter[str] = Counter()
        """Replies by "service status"."""

    async def start(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, sock=listener, backlog=1024)
        self._watch = asyncio.create_task(self._check_sessions())

    async def stop(self) -> None:
        """Accept nothing more, let running requests end, close what is left when time is up."""
        assert self._server is not None  # noqa: S101 - only a started front is stopped
        assert self._watch is not None  # noqa: S101
        self._server.close()
        for session in tuple(self._sessions):
            session.stop()
        deadline = asyncio.get_running_loop().time() + self.settings.stop_seconds
        while self._sessions and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.05)
        self._watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._watch
        for session in tuple(self._sessions):
            session.abort()

    @property
    def connections(self) -> int:
        return len(self._sessions)

    # --- the sessions call these ---------------------------------------------------------------

    def route(self, head: RequestHead) -> Exchange:
        service = self._services.get(head.service)
        if service is None:
            return RefusalExchange(404, self.istag())
        if head.method == "OPTIONS":
            return OptionsExchange(service, self.settings, self.istag())
        if head.method not in service.methods:
            return RefusalExchange(405, self.istag())
        if not service.inspects:
            return EchoExchange(head, self.istag())
        try:
            return InspectExchange(head, self._office)
        except HeadMalformed as error:
            raise ProtocolError(f"encapsulated head: {error}") from error

    def istag(self) -> str:
        return self._office.istag()

    def replied(self, service: str, status: int) -> None:
        name = service if service in self._services else "-"
        self.requests[f"{name} {status}"] += 1

    def gone(self, session: Session) -> None:
        self._sessions.discard(session)

    def _accept(self) -> asyncio.Protocol:
        if len(self._sessions) >= self.settings.max_connections:
            return _Overloaded(self.istag())
        session = Session(self)
        self._sessions.add(session)
        return session

    async def _check_sessions(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            now = loop.time()
            for session in tuple(self._sessions):
                session.check(now)


class _Overloaded(asyncio.Protocol):
    """A connection beyond the limit: 503 and close, never a reset."""

    def __init__(self, istag: str) -> None:
        self._istag = istag

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        connection = cast(asyncio.Transport, transport)  # uvloop's derives from no class
        connection.write(replies.refusal(503, self._istag).head)
        connection.close()
