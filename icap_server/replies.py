"""Rulings and refusals -> ICAP replies.  No I/O: a reply is a head and the pieces of a body."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

from icap_server.block_page import BlockPage
from icap_server.error_codes import error_code
from icap_server.profile import BlockStyle, Profile, UnscannableStyle
from icap_server.verdict_fields import verdict_fields
from icap_server.wire.events import RequestHead
from icap_server.wire.replies import (
    LAST_CHUNK,
    bodyless_reply,
    encapsulating_reply,
    original_body_chunk,
)
from verdicts.model import Ruling, Transfer

VIA = "Via: ICAP/1.0 douane\r\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything that answers one request."""

    status: int
    head: bytes
    """ICAP head and encapsulated HTTP head."""
    body: Iterator[bytes] | None = field(default=None)
    """Pieces to send as chunks, the last chunk excluded; None if the reply has no body."""
    close: bool = False
    """The connection ends with this reply."""
    last_chunk: bytes = LAST_CHUNK
    """Ends the body."""


def refusal(
    status: int, istag: str, *, close: bool = True, extra: Iterable[tuple[str, str]] = ()
) -> Reply:
    """Return an error reply with the `extra` fields: any status from 400 (§4.3.3)."""
    fields = [("ISTag", istag), *extra]
    if close:
        fields.append(("Connection", "close"))
    return Reply(status, bodyless_reply(status, fields), close=close)


def unmodified(istag: str, transfer_id: str, *, close: bool) -> Reply:
    """Return 204: the client goes on with what it has (§4.6)."""
    if not transfer_id:
        return _plain_204(istag, close=close)
    return Reply(204, bodyless_reply(204, _common(istag, transfer_id, close=close)), close=close)


@lru_cache(maxsize=8)
def _plain_204(istag: str, *, close: bool) -> Reply:
    """Most requests carry nothing to inspect, and all get the same answer."""
    return Reply(204, bodyless_reply(204, _common(istag, "", close=close)), close=close)


def echo(
    head: RequestHead,
    body: Iterator[bytes] | None,
    istag: str,
    transfer_id: str,
    *,
    close: bool,
    http_head: bytes | None = None,
) -> Reply:
    """Return 200 with the message as it came, where 204 is not allowed (§4.6).

    `http_head` takes the place of the head that came, with our Via added (§4.3.2).
    """
    part, original = _message(head)
    reply = encapsulating_reply(
        _common(istag, transfer_id, close=close),
        part=f"{part}-hdr",
        http_head=original if http_head is None else _with_via(http_head),
        body=None if body is None else f"{part}-body",
    )
    return Reply(200, reply, body, close)


def partial(
    head: RequestHead,
    istag: str,
    transfer_id: str,
    *,
    offset: int = 0,
    http_head: bytes | None = None,
    body_pieces: Iterator[bytes] | None = None,
    close: bool,
) -> Reply:
    """Return 206: our pieces, then the client's own body from `offset` on.

    draft-icap-ext-partial-content; only for a client that offers it, and `offset` lies within the
    bytes that it has sent.  `http_head` takes the place of the head that came, with our Via added.
    """
    part, original = _message(head)
    reply = encapsulating_reply(
        _common(istag, transfer_id, close=close),
        part=f"{part}-hdr",
        http_head=original if http_head is None else _with_via(http_head),
        body=f"{part}-body",
        status=206,
    )
    return Reply(206, reply, body_pieces or iter(()), close, original_body_chunk(offset))


def blocked(
    ruling: Ruling,
    transfer: Transfer,
    istag: str,
    profile: Profile,
    page: BlockPage,
    *,
    close: bool,
) -> Reply:
    """Return 200 with an HTTP 403 or 302 in place of the message, in REQMOD too (§4.8.2).

    Instead 500 with X-Error-Code, if the profile leaves it to the client what becomes of a file
    that could not be inspected, and nothing else stands against this one.
    """
    common = _common(istag, transfer.id, close=close)
    if profile.unscannable is UnscannableStyle.ERROR and ruling.for_gap:
        fields = [*common, ("X-Error-Code", error_code(ruling.verdict))]
        return Reply(500, bodyless_reply(500, fields), close=close)
    body, media_type, language = page.make(ruling, transfer)
    http_head = (
        f"{_status_line(transfer, profile)}\r\n"
        f"Content-Type: {media_type}\r\n"
        f"Content-Language: {language}\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        f"{VIA}"
        f"X-Douane-Transfer: {transfer.id}\r\n"
        "\r\n"
    ).encode()
    head = encapsulating_reply(
        [*common, *verdict_fields(ruling, transfer, profile)],
        part="res-hdr",
        http_head=http_head,
        body="res-body",
    )
    return Reply(200, head, iter([body]), close)


def _with_via(http_head: bytes) -> bytes:
    """Return a head with our Via as its last field: the message is no longer as it came."""
    end = b"\r\n" if http_head.endswith(b"\r\n") else b"\n"
    return http_head.removesuffix(end) + VIA.encode() + end


def _status_line(transfer: Transfer, profile: Profile) -> str:
    if profile.block is BlockStyle.REDIRECT and profile.redirect_url:
        place = profile.redirect_url.replace("{transfer}", quote(transfer.id, safe=""))
        return f"HTTP/1.1 302 Found\r\nLocation: {place}"
    return "HTTP/1.1 403 Forbidden"  # Nextcloud and ownCloud look for these words


def _message(head: RequestHead) -> tuple[str, bytes]:
    """Return "req" or "res" and the HTTP head of the message under inspection."""
    if head.method == "REQMOD":
        return "req", head.http_request
    return "res", head.http_response


def _common(istag: str, transfer_id: str, *, close: bool) -> list[tuple[str, str]]:
    fields = [("ISTag", istag)]
    if transfer_id:
        fields.append(("X-Douane-Transfer", transfer_id))
    if close:
        fields.append(("Connection", "close"))
    return fields
