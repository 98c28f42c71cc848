"""The exchange that inspects: one encapsulated message, its spool, and the reply to its ruling."""

from collections.abc import Callable
from dataclasses import dataclass

from icap_server import replies
from icap_server.payload.channels import Channels
from icap_server.payload.http_head import parse_request_head, parse_response_head
from icap_server.payload.transfer import build_transfer, is_event_stream, is_live_stream
from icap_server.profile import Profile
from icap_server.replies import Reply
from icap_server.settings import IcapSettings
from icap_server.wire.events import RequestHead
from scanners.model import Reason
from verdicts.inspect import Inspection
from verdicts.model import Action, Ruling, Transfer, new_transfer_id, utc_now
from verdicts.spool import Spool, SpoolSpace

STREAM_SAMPLE = 4 * 1024
"""Bytes of a live stream that are looked at, if they come in time."""


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that the exchanges of one front share."""

    settings: IcapSettings
    inspection: Inspection
    channels: Channels
    space: SpoolSpace
    file_bytes: int
    """A larger body is not scanned."""
    istag: Callable[[], str]
    """The quoted ISTag in force now (§4.7)."""


class InspectExchange:
    """REQMOD or RESPMOD: spool the body, ask for a ruling, act on it."""

    def __init__(self, head: RequestHead, office: Office, profile: Profile) -> None:
        """Raise HeadMalformed if the encapsulated heads are not HTTP."""
        self._head = head
        self._office = office
        self._profile = profile
        self._whole = False
        self._continued = False
        self._gap: Reason | None = None
        """Nothing will be scanned, for this reason."""
        self._keep = True
        """The bytes are still collected."""
        self._size = 0
        self._spool: Spool | None = None
        self._bypass: Ruling | None = None
        if head.has_body:
            self._open()

    def _open(self) -> None:
        head, office = self._head, self._office
        request = parse_request_head(head.http_request) if head.http_request else None
        response = parse_response_head(head.http_response) if head.http_response else None
        self._transfer: Transfer = build_transfer(
            method=head.method,
            service=head.service,
            icap_fields=head.fields,
            request=request,
            response=response,
            channels=office.channels,
            transfer_id=new_transfer_id(),
            received_at=utc_now(),
        )
        self._bypass = office.inspection.policy.bypass(self._transfer)
        if is_live_stream(response, self._transfer):
            self._gap = Reason.STREAMING
        self._spool = Spool(office.space)
        if self._bypass:
            self._keep = not head.allow_204

    @property
    def answers_early(self) -> bool:
        """An event stream: its first event must not wait until the sample is full."""
        return self._streams_on() and is_event_stream(self._transfer.declared_type)

    def take(self, data: memoryview) -> bool:
        self._size += len(data)
        if self._size > self._office.file_bytes and self._outgrow():
            return True
        if self._keep and self._spool is not None:
            try:
                self._spool.write(data)
            except OSError:  # the disk is full: what is missing can be neither judged nor echoed
                return self.give_up()
        return self._size > STREAM_SAMPLE and self._streams_on()

    @property
    def collects(self) -> bool:
        return self._keep and self._spool is not None

    def give_up(self) -> bool:
        """There is no room for the rest of the body: judge as too large, without what is lost."""
        self._gap, self._keep = Reason.TOO_LARGE, False
        self._discard()
        return True

    def end(self) -> None:
        self._whole = True
        if self._gap is Reason.STREAMING:
            self._gap = None  # it did end

    def at_preview_end(self) -> bool:
        if self._gap is Reason.STREAMING and self._bypass is None:
            # A client that previews less than the sample must not get by with that, but an event
            # stream that can only be answered now is.
            events_only = self.answers_early and not self._head.allow_204
            early = self._size >= STREAM_SAMPLE or events_only
        else:
            early = self._bypass is not None or self._gap is not None
        self._continued = not early
        return early

    def reply_now(self, *, close: bool) -> Reply | None:
        """No body, nothing to judge; a remembered verdict needs no waiting either."""
        if self._spool is None:
            return self._pass_on("", close=close)
        if not self._whole or self._gap is not None or self._bypass is not None:
            return None
        self._spool.finish()
        record = self._office.inspection.recall(self._transfer, self._spool)
        return None if record is None else self._pass_on(self._transfer.id, close=close)

    async def reply(self, *, close: bool) -> Reply:
        assert self._spool is not None  # noqa: S101 - reply_now answered otherwise
        ruling = await self._rule(self._spool)
        if ruling.action is Action.ALLOW:
            return self._pass_on(self._transfer.id, close=close)
        istag = self._office.istag()
        return replies.blocked(ruling, self._transfer, istag, self._profile, close=close)

    def close(self) -> None:
        self._discard()

    async def _rule(self, spool: Spool) -> Ruling:
        inspection = self._office.inspection
        if self._bypass is not None:
            record = await inspection.keep_unread(self._transfer, self._bypass, self._size)
        elif self._gap is Reason.STREAMING:
            spool.finish()
            record = await inspection.rule_stream(self._transfer, spool)
        elif self._gap is not None:
            record = await inspection.rule_unscanned(self._transfer, self._gap, self._size)
        elif not self._whole:
            raise RuntimeError("asked for a ruling on half a body")
        else:
            spool.finish()
            record = await inspection.inspect(self._transfer, spool)
        return record.ruling

    def _pass_on(self, transfer_id: str, *, close: bool) -> Reply:
        """Let the message through: 204 where the client takes it, else the message itself."""
        istag = self._office.istag()
        if self._may_204():
            return replies.unmodified(istag, transfer_id, close=close)
        if self._spool is None:
            return replies.echo(self._head, None, istag, transfer_id, close=close)
        if not self._keep:
            return replies.refusal(500, istag, close=True)
        return replies.echo(self._head, self._spool.read(), istag, transfer_id, close=close)

    def _may_204(self) -> bool:
        """§4.6: outside a preview only where allowed, and never after 100 Continue without that."""
        return self._head.allow_204 or (self._head.preview is not None and not self._continued)

    def _streams_on(self) -> bool:
        """The body may never end, and the reply to it need not wait for that."""
        if self._gap is not Reason.STREAMING:
            return False
        return self._may_204() or (self._bypass is None and not self._would_allow())

    def _outgrow(self) -> bool:
        """The body is beyond the limit; return whether the reply can be given right away."""
        if self._bypass is not None or self._gap is Reason.TOO_LARGE:
            return False
        self._gap = Reason.TOO_LARGE
        if not self._would_allow():
            return True
        self._keep = not self._may_204()
        if not self._keep:
            self._discard()
        return False

    def _would_allow(self) -> bool:
        assert self._gap is not None  # noqa: S101 - asked only then
        action = self._office.inspection.foresee(self._transfer, self._gap, self._size)
        return action is Action.ALLOW

    def _discard(self) -> None:
        if self._spool is not None:
            self._spool.close()
