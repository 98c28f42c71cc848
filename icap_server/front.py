"""The server of one front process: admits connections, routes requests, watches time, stops."""

import asyncio
import contextlib
import socket
from collections import Counter

import structlog

from icap_server.client import Client
from icap_server.exchange import EchoExchange, Exchange, OptionsExchange, RefusalExchange
from icap_server.inspection import InspectExchange, Office
from icap_server.payload.http_head import HeadMalformed
from icap_server.profiles import Profiles
from icap_server.services import offered_services
from icap_server.session import Session
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import RequestHead

log = structlog.get_logger()

CHECK_SECONDS = 1.0


class Front:
    """Owns the sessions of one process."""

    def __init__(self, office: Office, profiles: Profiles | None = None) -> None:
        """Without `profiles` only what clients say of themselves counts."""
        self._office = office
        self._profiles = profiles or Profiles()
        self.settings = office.settings
        self.space = office.space
        self._services = offered_services(office.settings)
        self._sessions: set[Session] = set()
        self._server: asyncio.Server | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = False
        self._empty = asyncio.Event()
        """The last session is gone."""
        self.requests: Counter[str] = Counter()
        """Replies by "service status"."""

    async def start(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Session(self), sock=listener, backlog=1024)
        self._watch = asyncio.create_task(self._check_sessions())

    async def stop(self) -> None:
        """Accept nothing more, let running requests end, close what is left when time is up."""
        assert self._server is not None  # noqa: S101 - only a started front is stopped
        assert self._watch is not None  # noqa: S101
        self._stopping = True
        self._server.close()
        for session in tuple(self._sessions):
            session.stop()
        if self._sessions:
            self._empty.clear()  # it was set whenever the last one went
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), self.settings.stop_seconds)
        self._watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._watch
        for session in tuple(self._sessions):
            session.abort()

    @property
    def connections(self) -> int:
        return len(self._sessions)

    # --- the sessions call these ---------------------------------------------------------------

    def route(self, head: RequestHead, client: Client) -> Exchange:
        service = self._services.get(head.service)
        if service is None:
            return RefusalExchange(404, self.istag())
        profile = self._profiles.select(client.address, head)
        if head.method == "OPTIONS":
            limit = self.settings.max_connections
            return OptionsExchange(
                head, service, self.settings, self.istag(), profile, max_connections=limit
            )
        if head.method not in service.methods:
            return RefusalExchange(405, self.istag())
        if not service.inspects:
            return EchoExchange(head, self.istag())
        try:
            return InspectExchange(head, self._office, profile)
        except HeadMalformed as error:
            raise ProtocolError(f"encapsulated head: {error}") from error

    def istag(self) -> str:
        return self._office.istag()

    def replied(self, service: str, status: int) -> None:
        name = service if service in self._services else "-"
        self.requests[f"{name} {status}"] += 1

    def admit(self, session: Session) -> bool:
        """Count a new connection; False: it is one too many, and gets a 503 before it is closed."""
        self._sessions.add(session)
        limit = self.settings.max_connections
        if len(self._sessions) > 2 * limit:  # even those that get a 503 are too many
            session.abort()
        return len(self._sessions) <= limit and not self._stopping

    def gone(self, session: Session) -> None:
        self._sessions.discard(session)
        if not self._sessions:
            self._empty.set()

    async def _check_sessions(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            now = loop.time()
            for session in tuple(self._sessions):
                try:
                    session.check(now)
                except Exception:
                    log.exception("session.crashed")
                    session.abort()
