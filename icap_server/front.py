"""The server of one front process: admits connections, routes requests, watches time, stops."""

import asyncio
import contextlib
import socket
import ssl
from collections import Counter
from functools import partial
from time import monotonic

import structlog

from icap_server.acceptor import Acceptor, SecureSession
from icap_server.admission import Seat
from icap_server.client import Client
from icap_server.complaints import Complaints
from icap_server.conditions import AuthorizedExchange, DenialExchange, GatedExchange, unauthorized
from icap_server.entrance import Entrance
from icap_server.exchange import EchoExchange, Exchange, OptionsExchange, RefusalExchange
from icap_server.inspection import InspectExchange
from icap_server.office import Office
from icap_server.pace import Pace
from icap_server.payload.http_head import HeadMalformed
from icap_server.profile import Profile
from icap_server.replies import Reply, refusal
from icap_server.services import offered_services
from icap_server.session import Session
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import RequestHead
from verdicts.stages import Stage

log = structlog.get_logger()

CHECK_SECONDS = 1.0


class Front:
    """Owns the sessions of one process."""

    def __init__(self, office: Office, entrance: Entrance) -> None:
        self._office = office
        self._entrance = entrance
        self.settings = office.settings
        self.space = office.space
        self.pace = Pace()
        self._services = offered_services(office.settings)
        self._seats: dict[Session, Seat] = {}
        """Of every connection that was accepted, in a handshake or beyond it."""
        self._sessions: set[Session] = set()
        self._acceptors: list[Acceptor] = []
        self._watch: asyncio.Task[None] | None = None
        self._stopping = False
        self._empty = asyncio.Event()
        """The last session is gone."""
        self.complain = Complaints().say
        self.requests: Counter[str] = Counter()
        """Replies by "service status"."""
        self.refused: Counter[str] = Counter()
        """Connections and requests turned away, by cause: one of REFUSALS."""

    async def start(
        self,
        listener: socket.socket,
        secure: socket.socket | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Serve on `listener`, and on `secure` with TLS as `context` says."""
        self._acceptors.append(Acceptor(listener, self))
        if secure is not None:
            assert context is not None  # noqa: S101 - else it would be a second plain port
            self._acceptors.append(Acceptor(secure, self, context))
        for acceptor in self._acceptors:
            acceptor.start()
        self._watch = asyncio.create_task(self._check_sessions())

    async def stop(self) -> None:
        """Accept nothing more, let running requests end, close what is left when time is up."""
        assert self._watch is not None  # noqa: S101 - only a started front is stopped
        self._stopping = True
        await asyncio.gather(*(acceptor.stop() for acceptor in self._acceptors))
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
        if self._entrance.credentials is not None:
            self._entrance.credentials.close()

    @property
    def connections(self) -> int:
        return len(self._sessions)

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn to be inspected."""
        return self._entrance.gate.waiting

    # --- the acceptors call these --------------------------------------------------------------

    @property
    def crowded(self) -> bool:
        return self._entrance.gate.crowded

    def open(self, client: Client) -> Session | None:
        """Return the session for a new connection; None: close it at once."""
        if not self._entrance.access.may_connect(client):
            self._refuse("access", client=client.address, fix="add its network to [access] clients")
            return None
        seat = self._entrance.admission.enter(client)
        if seat is not Seat.TAKEN:
            self._refuse("connections", client=client.address, fix="raise [icap] max_connections")
        if seat is Seat.SILENT:
            return None
        session = SecureSession(self, client) if client.secure else Session(self, client)
        self._seats[session] = seat
        return session

    def forget(self, session: Session, reason: str) -> None:
        """The session never began, for this reason; empty: we stop."""
        if reason:
            self._refuse("handshake", client=session.client.address, reason=reason)
        self.gone(session)  # a stop may come between its admission and the end of its opening

    # --- the sessions call these ---------------------------------------------------------------

    def admit(self, session: Session) -> bool:
        """Watch over a new session; False: it gets a 503, and then its connection is closed."""
        self._sessions.add(session)
        return self._seats.get(session) is Seat.TAKEN and not self._stopping

    def gone(self, session: Session) -> None:
        self._leave(session)
        self._sessions.discard(session)
        if not self._sessions:
            self._empty.set()

    def route(self, head: RequestHead, client: Client) -> Exchange:
        """Return who answers; raise ProtocolError for a message that is not HTTP inside."""
        credentials = self._entrance.credentials
        head = self._entrance.access.without_hearsay(head, client)
        if credentials is None:
            return self._serve(head, client)
        check = credentials.check(head.fields.get("authorization", ""))
        if check is None:
            return DenialExchange(self._overloaded(client))
        if check is False:
            return DenialExchange(self._unauthorized(client))
        exchange = self._serve(head, client)
        if check is True:
            return exchange
        return AuthorizedExchange(exchange, check, partial(self._unauthorized, client))

    def istag(self) -> str:
        return self._office.istag()

    def replied(self, service: str, status: int) -> None:
        name = service if service in self._services else "-"
        self.requests[f"{name} {status}"] += 1

    # -------------------------------------------------------------------------------------------

    def _serve(self, head: RequestHead, client: Client) -> Exchange:
        service = self._services.get(head.service)
        if service is None:
            return RefusalExchange(404, self.istag())
        profile = self._entrance.profiles.select(client.address, head)
        if head.method == "OPTIONS":
            return OptionsExchange(
                head,
                service,
                self.settings,
                self.istag(),
                profile,
                max_connections=self._entrance.admission.share,
            )
        if head.method not in service.methods:
            return RefusalExchange(405, self.istag())
        if not service.inspects:
            return EchoExchange(head, self.istag())
        return self._inspect(head, client, profile)

    def _inspect(self, head: RequestHead, client: Client, profile: Profile) -> Exchange:
        gate = self._entrance.gate
        if self._office.refuses():
            return DenialExchange(self._unrecorded(client))
        if head.has_body and profile.overload_503 and gate.full(client.address):
            return DenialExchange(self._overloaded(client))
        began, stages = monotonic(), self._office.inspection.stages
        try:
            exchange = InspectExchange(head, self._office, profile, client.address)
        except HeadMalformed as error:
            raise ProtocolError(f"encapsulated head: {error}") from error
        read = monotonic()
        stages.observe(Stage.HEAD, read - began)
        if not head.has_body:
            return exchange
        seconds = self.settings.wait_seconds if profile.overload_503 else None
        refuse = partial(self._overloaded, client)

        def received() -> None:
            stages.observe(Stage.BODY, monotonic() - read)

        return GatedExchange(exchange, gate, client.address, seconds, refuse, received=received)

    def _overloaded(self, client: Client) -> Reply:
        self._refuse("overload", client=client.address, fix="see [icap] waiting and [workers]")
        return refusal(503, self.istag())

    def _unrecorded(self, client: Client) -> Reply:
        self._refuse("unrecorded", client=client.address, fix="mend the database; see the ledger")
        return refusal(503, self.istag())

    def _unauthorized(self, client: Client) -> Reply:
        self._refuse("credentials", client=client.address, fix="see [access] basic_users")
        return unauthorized(self.istag())

    def _refuse(self, why: str, *, client: str, **fields: str) -> None:
        self.refused[why] += 1
        self.complain(f"{why}.refused", client=client, **fields)

    def _leave(self, session: Session) -> None:
        seat = self._seats.pop(session, None)
        if seat is not None:
            self._entrance.admission.leave(session.client, seat)

    async def _check_sessions(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            if self._entrance.credentials is not None:
                self._entrance.credentials.refresh()
            now = loop.time()
            for session in tuple(self._sessions):
                try:
                    session.check(now)
                except Exception:
                    log.exception("session.crashed")
                    session.abort()
            self._make_room(now)

    def _make_room(self, now: float) -> None:
        """End the largest reply that is read slowly, if bodies of its client find no room."""
        slow = [one for one in self._sessions if one.hoards(now)]
        slow = [one for one in slow if self.space.full_for(one.client.address)]
        if slow:
            largest = max(slow, key=lambda one: one.hoards(now))
            self.complain(
                "reply.ended", client=largest.client.address, fix="raise [spool] disk_total"
            )
            largest.abort()
