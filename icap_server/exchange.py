"""One request and its reply: what the session asks of whoever answers it.

RequestHead -> Exchange -> body bytes -> Reply.  Three kinds: OPTIONS, the echo that does not
look, and the inspection (inspection.py).
"""

from typing import Protocol

from icap_server import replies
from icap_server.profile import Profile
from icap_server.replies import Reply
from icap_server.services import Service, options_fields
from icap_server.settings import IcapSettings
from icap_server.wire.events import RequestHead
from icap_server.wire.replies import bodyless_reply
from verdicts.model import utc_now

DRAIN_BYTES = 64 * 1024
"""So much of a body that nobody needs is read, so that its connection can go on."""
MAX_ECHO = 16 * 1024 * 1024
"""Bytes that /echo keeps; it is for benchmarks, and nothing else bounds it."""


class ReplyCut(Exception):
    """The message is blocked after some of it had left: nothing more of the reply may follow."""


class Exchange(Protocol):
    """Lives from the head of a request to the last byte of its reply.

    Who wraps an exchange passes every call on.
    """

    def take(self, data: memoryview) -> bool:
        """Take body bytes; True: the reply needs no more of them, and more change nothing."""

    @property
    def rest(self) -> int | None:
        """Bytes of the body still to come, as the message itself states; None: nobody knows.

        Asked only after take() returned True.
        """

    def end(self) -> None:
        """The body is whole."""

    def at_preview_end(self) -> bool:
        """The preview is in; True: the reply needs no more than that, False: send 100 Continue."""

    def give_up(self) -> bool:
        """There is no room to collect more of the body; True: reply without the rest of it."""

    @property
    def answers_early(self) -> bool:
        """The reply waits for what comes of the body within a moment, not for its end."""

    @property
    def collects(self) -> bool:
        """Body bytes are kept, and need room."""

    @property
    def on_disk(self) -> int:
        """Bytes of the body that lie on disk."""

    def drip(self, now: float, *, close: bool) -> bytes:
        """Return bytes that may leave ahead of the reply now, at `now` on the loop's clock.

        The first ones begin with its head, and all bodies are framed.  reply() and reply_now()
        then give only what follows, or reply() raises ReplyCut.
        """

    def reply_now(self, *, close: bool) -> Reply | None:
        """Return the reply if it needs no waiting, else None: then reply() gives it."""

    async def reply(self, *, close: bool) -> Reply:
        """Return the reply; `close`: the connection ends with it.  May raise: that is a 500."""

    def close(self) -> None:
        """Let go of everything: the reply is sent, or never will be.  May be called twice."""


class ReadyExchange:
    """A request whose reply is known from its head; a body, if it is short, is read over."""

    answers_early = False
    collects = False
    on_disk = 0
    rest = None
    _read_over = 0

    def give_up(self) -> bool:
        return False

    def take(self, data: memoryview) -> bool:
        self._read_over += len(data)
        return self._read_over > DRAIN_BYTES

    def drip(self, now: float, *, close: bool) -> bytes:
        return b""

    def end(self) -> None:
        pass

    def at_preview_end(self) -> bool:
        return True

    async def reply(self, *, close: bool) -> Reply:
        raise NotImplementedError("every reply of this kind is ready at once")

    def close(self) -> None:
        pass


class OptionsExchange(ReadyExchange):
    """OPTIONS (§4.10)."""

    def __init__(
        self,
        head: RequestHead,
        service: Service,
        settings: IcapSettings,
        istag: str,
        profile: Profile,
        *,
        max_connections: int,
    ) -> None:
        """`max_connections` is what this client may open (§4.10.2)."""
        self._fields = options_fields(
            service,
            settings,
            istag,
            utc_now(),
            profile=profile,
            max_connections=max_connections,
            offers_206=head.allow_206,
        )

    def reply_now(self, *, close: bool) -> Reply:
        fields = [*self._fields, ("Connection", "close")] if close else self._fields
        return Reply(200, bodyless_reply(200, fields), close=close)


class RefusalExchange(ReadyExchange):
    """404 or 405: the request is well-formed, but nobody here serves it (§4.3.3)."""

    def __init__(self, status: int, istag: str) -> None:
        self._status = status
        self._istag = istag

    def reply_now(self, *, close: bool) -> Reply:
        return replies.refusal(self._status, self._istag, close=close)


class EchoExchange(ReadyExchange):
    """/echo: what the protocol alone costs.  Looks at nothing, keeps only what it has to repeat."""

    def __init__(self, head: RequestHead, istag: str) -> None:
        self._head = head
        self._istag = istag
        self._keep = not head.allow_204 and head.preview is None
        self._body = bytearray()

    def take(self, data: memoryview) -> bool:
        if self._keep:
            self._body += data
        return len(self._body) > MAX_ECHO

    def reply_now(self, *, close: bool) -> Reply:
        if self._head.allow_204 or self._head.preview is not None:
            return replies.unmodified(self._istag, "", close=close)
        if len(self._body) > MAX_ECHO:
            return replies.refusal(500, self._istag)
        body = iter([bytes(self._body)] if self._body else []) if self._head.has_body else None
        return replies.echo(self._head, body, self._istag, "", close=close)
