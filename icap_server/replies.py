"""Rulings and refusals -> ICAP replies.  No I/O: a reply is a head and the pieces of a body."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from icap_server.block_page import block_page, block_reasons
from icap_server.profile import Profile
from icap_server.wire.events import RequestHead
from icap_server.wire.replies import bodyless_reply, encapsulating_reply
from scanners.model import Code, DetectionLevel
from verdicts.model import Ruling, Transfer, Verdict

UNSAFE_IN_THREAT = re.compile(r"[^\x20-\x3a\x3c-\x7e]")
MAX_THREAT = 200


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


def refusal(status: int, istag: str, *, close: bool = True) -> Reply:
    """Return an error reply: 400, 404, 405, 408, 501, 503 or 505 (§4.3.3)."""
    fields = [("ISTag", istag)]
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
    head: RequestHead, body: Iterator[bytes] | None, istag: str, transfer_id: str, *, close: bool
) -> Reply:
    """Return 200 with the message as it came, where 204 is not allowed (§4.6)."""
    upload = head.method == "REQMOD"
    reply = encapsulating_reply(
        _common(istag, transfer_id, close=close),
        part="req-hdr" if upload else "res-hdr",
        http_head=head.http_request if upload else head.http_response,
        body=None if body is None else ("req-body" if upload else "res-body"),
    )
    return Reply(200, reply, body, close)


def blocked(
    ruling: Ruling, transfer: Transfer, istag: str, profile: Profile, *, close: bool
) -> Reply:
    """Return 200 with an HTTP 403 in place of the message, in REQMOD too (§4.8.2)."""
    page, media_type = block_page(ruling, transfer)
    http_head = (
        "HTTP/1.1 403 Forbidden\r\n"
        f"Content-Type: {media_type}\r\n"
        f"Content-Length: {len(page)}\r\n"
        "Cache-Control: no-store\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Via: ICAP/1.0 douane\r\n"
        f"X-Douane-Transfer: {transfer.id}\r\n"
        "\r\n"
    ).encode()
    threat = threat_name(ruling.verdict)
    fields = [
        *_common(istag, transfer.id, close=close),
        (
            "X-Infection-Found",
            f"Type={_infection_type(ruling.verdict)}; Resolution=2; Threat={threat};",
        ),
        ("X-Virus-ID", threat),
        ("X-Response-Info", "Blocked"),
    ]
    head = encapsulating_reply(fields, part="res-hdr", http_head=http_head, body="res-body")
    return Reply(200, head, iter([page]), close)


def threat_name(verdict: Verdict) -> str:
    """Return the worst that was found, in printable ASCII without ";" (clients cut there)."""
    weighty = [d for d in verdict.detections if d.level is not DetectionLevel.INFO]
    name = weighty[0].name if weighty else next(iter(block_reasons(verdict)), "policy")
    return UNSAFE_IN_THREAT.sub("_", name)[:MAX_THREAT].strip() or "unnamed"


def _infection_type(verdict: Verdict) -> int:
    """Return 0 virus, 1 policy violation, 2 container violation (draft-stecher-icap-subid-00)."""
    weighty = [d for d in verdict.detections if d.level is not DetectionLevel.INFO]
    if not weighty:
        return 2 if verdict.unscanned else 1
    signatures = {Code.SIGNATURE_CLAMAV, Code.SIGNATURE_YARA, Code.HASH_BLOCKED}
    return 0 if any(detection.code in signatures for detection in weighty) else 1


def _common(istag: str, transfer_id: str, *, close: bool) -> list[tuple[str, str]]:
    fields = [("ISTag", istag)]
    if transfer_id:
        fields.append(("X-Douane-Transfer", transfer_id))
    if close:
        fields.append(("Connection", "close"))
    return fields
