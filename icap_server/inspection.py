"""The exchange that inspects: one encapsulated message, its spool, and the reply to its ruling."""

from dataclasses import replace

from icap_server import replies
from icap_server.drip import Drip
from icap_server.exchange import ReplyCut
from icap_server.office import Office
from icap_server.payload.http_head import HttpHead, parse_request_head, parse_response_head
from icap_server.payload.range_removal import without_range
from icap_server.payload.transfer import build_transfer, is_event_stream, is_live_stream
from icap_server.profile import Profile
from icap_server.release import Form, unchanged_form
from icap_server.replies import Reply
from icap_server.wire.events import RequestHead
from icap_server.wire.replies import chunk
from scanners.model import Reason
from verdicts.model import Action, Ruling, Transfer, VerdictRecord, new_transfer_id, utc_now
from verdicts.pieces import join_piece
from verdicts.spool import Spool

CONNECT = b"CONNECT "
STREAM_SAMPLE = 4 * 1024
"""Bytes of a live stream that are looked at, if they come in time."""


class InspectExchange:
    """REQMOD or RESPMOD: spool the body, ask for a ruling, act on it."""

    def __init__(
        self, head: RequestHead, office: Office, profile: Profile, owner: str = ""
    ) -> None:
        """`owner` of the room that the body takes: the client's address.

        Raise HeadMalformed if the encapsulated heads are not HTTP.
        """
        self._head = head
        self._office = office
        self._profile = profile
        self._continued = False
        """100 Continue was sent."""
        self._whole = False
        self._gap: Reason | None = None
        """Nothing will be scanned, for this reason."""
        self._keep = True
        """The bytes are still collected."""
        self._settled = False
        """The reply needs nothing more of the body."""
        self._ruled = False
        """A record is written, or being written."""
        self._size = 0
        self._body_head: HttpHead | None = None
        """The HTTP head of the message with the body."""
        self._spool: Spool | None = None
        self._drip: Drip | None = None
        self._istag = ""
        self._early: Ruling | None = None
        """What no content could change."""
        if head.has_body:
            self._open(owner)
        elif head.http_request.startswith(CONNECT) and office.inspection.policy.tunnel:
            self._read_heads()
            self._early = office.inspection.policy.decide_tunnel(self._transfer)

    def _open(self, owner: str) -> None:
        policy = self._office.inspection.policy
        request, response = self._read_heads()
        self._body_head = request if self._head.method == "REQMOD" else response
        if is_live_stream(response, self._transfer):
            self._gap = Reason.STREAMING
        self._spool = Spool(self._office.space, owner)
        self._early = policy.decide_early(self._transfer)
        if self._early is not None:
            self._settled = self._early.action is not Action.ALLOW
            self._keep = not self._settled and self._form is Form.ECHO
        elif terms := policy.trickle(self._transfer):
            self._drip = Drip(terms, self._spool)

    def _read_heads(self) -> tuple[HttpHead | None, HttpHead | None]:
        head = self._head
        request = parse_request_head(head.http_request) if head.http_request else None
        response = parse_response_head(head.http_response) if head.http_response else None
        self._transfer: Transfer = build_transfer(
            method=head.method,
            service=head.service,
            icap_fields=head.fields,
            request=request,
            response=response,
            channels=self._office.channels,
            transfer_id=new_transfer_id(),
            received_at=utc_now(),
        )
        return request, response

    @property
    def answers_early(self) -> bool:
        """An event stream: its first event must not wait until the sample is full."""
        return self._streams_on() and is_event_stream(self._transfer.declared_type)

    @property
    def rest(self) -> int | None:
        in_preview = self._head.preview is not None and not self._continued
        total = self._head.preview if in_preview else stated_length(self._body_head)
        return None if total is None or total < self._size else total - self._size

    def take(self, data: memoryview) -> bool:
        self._size += len(data)
        if self._settled:
            return True
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

    @property
    def on_disk(self) -> int:
        return self._spool.on_disk if self._spool is not None else 0

    def give_up(self) -> bool:
        """There is no room for the rest of the body: judge as too large, without what is lost."""
        self._gap, self._keep, self._settled = Reason.TOO_LARGE, False, True
        self._discard()
        return True

    def end(self) -> None:
        self._whole = True
        if self._gap is Reason.STREAMING:
            self._gap = None  # it did end

    def at_preview_end(self) -> bool:
        if self._early is not None:
            early = True
        elif self._gap is Reason.STREAMING:
            # A client that previews less than the sample must not get by with that, but an event
            # stream that can only be answered now is.
            events_only = self.answers_early and not self._head.allow_204
            early = self._size >= STREAM_SAMPLE or events_only
        else:
            early = self._gap is not None
        self._continued = not early
        return early

    def drip(self, now: float, *, close: bool) -> bytes:
        if self._drip is None or self._settled or self._form is not Form.ECHO:
            return b""
        first = not self._drip.sent
        piece = self._drip.take(now)
        if not (piece and first):
            return chunk(piece)
        istag, name = self._tag, self._transfer.id
        return replies.echo(self._head, iter(()), istag, name, close=close).head + chunk(piece)

    def reply_now(self, *, close: bool) -> Reply | None:
        """No body, nothing to judge; a remembered verdict needs no waiting either."""
        if self._early is not None:
            return None
        if self._spool is None:
            return self._pass_on("", close=close)
        if not self._whole or self._gap is not None:
            return None
        self._spool.finish()
        record = self._office.inspection.recall(self._transfer, self._spool)
        if record is None:
            return None
        self._ruled = True
        return self._pass_on(self._transfer.id, close=close)

    async def reply(self, *, close: bool) -> Reply:
        self._istag = self._office.istag()
        ruling = await self._rule()
        if ruling.action is Action.ALLOW:
            return self._pass_on(self._transfer.id, close=close)
        if ruling.action is Action.CUT:
            raise ReplyCut
        transfer, page = self._transfer, self._office.page
        return replies.blocked(ruling, transfer, self._tag, self._profile, page, close=close)

    def close(self) -> None:
        if self._begun() and not self._ruled:
            self._ruled = True
            self._office.inspection.note_torn(self._transfer, self._size)
        self._discard()

    async def _rule(self) -> Ruling:
        inspection, transfer = self._office.inspection, self._transfer
        self._ruled = True
        if self._early is not None:
            return (await inspection.keep_unread(transfer, self._early, self._size)).ruling
        assert self._spool is not None  # noqa: S101 - reply_now answered otherwise
        if self._gap is Reason.STREAMING:
            self._spool.finish()
            record = await inspection.rule_stream(transfer, self._spool, self._begun)
        elif self._gap is not None:
            record = await inspection.rule_unscanned(transfer, self._gap, self._size, self._begun)
        elif not self._whole:
            raise RuntimeError("asked for a ruling on half a body")
        else:
            self._spool.finish()
            record = await self._inspect(self._spool)
        return record.ruling

    async def _inspect(self, spool: Spool) -> VerdictRecord:
        """Judge the body, and then the whole file if the body was its last piece.

        Both, for a client that heeds no Content-Range keeps the piece as a file.  The whole is a
        transfer of its own in the verdict log.
        """
        inspection, transfer = self._office.inspection, self._transfer
        record = await inspection.inspect(transfer, spool, self._begun)
        if record.ruling.action is not Action.ALLOW:
            return record
        whole = await join_piece(self._office.pieces, transfer, spool)
        if whole is None:
            return record
        self._transfer = replace(transfer, id=new_transfer_id(), partial=False, piece=None)
        try:
            return await inspection.inspect(self._transfer, whole, self._begun)
        finally:
            whole.close()

    def _begun(self) -> bool:
        return self._drip is not None and self._drip.stop()

    def _pass_on(self, transfer_id: str, *, close: bool) -> Reply:
        """Let the message through, in the cheapest form that the client takes."""
        istag, form = self._tag, self._form
        if self._spool is None and (whole := self._without_range()):
            return replies.echo(self._head, None, istag, transfer_id, http_head=whole, close=close)
        if form is Form.UNMODIFIED:
            return replies.unmodified(istag, transfer_id, close=close)
        if self._spool is None:
            return replies.echo(self._head, None, istag, transfer_id, close=close)
        if form is Form.PARTIAL:
            return replies.partial(self._head, istag, transfer_id, close=close)
        sent = self._drip.sent if self._drip is not None and self._drip.stop() else 0
        if not self._keep:  # what has to be echoed is lost
            if sent:
                raise ReplyCut
            return replies.refusal(500, istag)
        if sent:
            return Reply(200, b"", self._spool.read(sent), close)
        return replies.echo(self._head, self._spool.read(), istag, transfer_id, close=close)

    def _without_range(self) -> bytes | None:
        """Return the head of a request that has to ask for the whole file; None: it may stay."""
        if not self._office.settings.remove_range or self._head.method != "REQMOD":
            return None
        return without_range(self._head.http_request)

    @property
    def _tag(self) -> str:
        """The ISTag of when the inspection began: what changed since has no part in its verdict."""
        return self._istag or self._office.istag()

    @property
    def _form(self) -> Form:
        head, partial = self._head, self._profile.partial
        return unchanged_form(head, continued=self._continued, partial=partial)

    def _streams_on(self) -> bool:
        """The body may never end, and the reply to it need not wait for that."""
        if self._gap is not Reason.STREAMING or self._settled:
            return False
        if self._form is not Form.ECHO:
            return True
        return self._early is None and not self._would_allow()

    def _outgrow(self) -> bool:
        """The body is beyond the limit; return whether the reply can be given right away."""
        if self._early is not None or self._gap is Reason.TOO_LARGE:
            return False
        self._gap = Reason.TOO_LARGE
        self._settled = not self._would_allow()
        self._keep = not self._settled and self._form is Form.ECHO
        if not self._keep:
            self._discard()
        return self._settled

    def _would_allow(self) -> bool:
        assert self._gap is not None  # noqa: S101 - asked only then
        action = self._office.inspection.foresee(self._transfer, self._gap, self._size)
        return action is Action.ALLOW

    def _discard(self) -> None:
        if self._spool is not None:
            self._spool.close()


def stated_length(head: HttpHead | None) -> int | None:
    """Return Content-Length; None if it is absent or no number of bytes."""
    text = head.first("content-length") if head is not None else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
