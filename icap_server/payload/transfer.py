"""From HTTP heads and ICAP fields to the Transfer: what goes where, for whom."""

import re
from collections.abc import Mapping
from datetime import datetime

from icap_server.payload.channels import Channels
from icap_server.payload.http_head import HttpHead
from icap_server.payload.media_type import parse_codings, parse_media_type
from icap_server.payload.names import file_name
from icap_server.payload.people import client_address, group_names, user_name
from verdicts.model import Direction, Transfer

MAX_HOST = 255
"""RFC 1035 §2.3.4.  A longer one resolves to nothing and is no host to any clause."""

# RFC 3986 §3: scheme "://" authority path; user names and passwords before "@" are not the host
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)([^?#]*)")
PORT = re.compile(r":[0-9]*$")
# RFC 9110 §14.4; a range that is the whole file is what players get for "Range: bytes=0-"
CONTENT_RANGE = re.compile(r"bytes\s+0*0-([0-9]{1,18})/([0-9]{1,18})", re.IGNORECASE)
STREAMS = frozenset({"text/event-stream", "multipart/x-mixed-replace"})
TUS = "application/offset+octet-stream"
"""Resumable uploads (tus.io): every PATCH carries a piece."""


def build_transfer(
    *,
    method: str,
    service: str,
    icap_fields: Mapping[str, str],
    request: HttpHead | None,
    response: HttpHead | None,
    channels: Channels,
    transfer_id: str,
    received_at: datetime,
) -> Transfer:
    """Return the transfer of a REQMOD (an upload) or RESPMOD (a download).  Never raises.

    `icap_fields` have names in lower case.  A head that is None is a transfer that tells less.
    """
    direction = Direction.UPLOAD if method == "REQMOD" else Direction.DOWNLOAD
    body_head = request if direction is Direction.UPLOAD else response
    url, host, path = locate(request) if request else ("", "", "")
    declared_type, parameters = parse_media_type(
        body_head.last("content-type") if body_head else ""
    )
    return Transfer(
        id=transfer_id,
        service=service,
        direction=direction,
        received_at=received_at,
        url=url,
        host=host,
        channel=channels.look_up(host, path, direction),
        client_ip=client_address(icap_fields),
        user=user_name(icap_fields),
        groups=group_names(icap_fields),
        file_name=file_name(icap_fields, request, response, direction, path),
        declared_type=declared_type,
        parameters=parameters,
        codings=parse_codings(body_head.all("content-encoding")) if body_head else (),
        partial=is_partial(body_head, declared_type),
        prefers_json=request is not None and _prefers_json(request),
    )


def locate(request: HttpHead) -> tuple[str, str, str]:
    """Return URL, host (lower case, no port) and path (no query) of a request.

    The authority of an absolute target wins over Host (RFC 9112 §3.2.2), as it does for proxies.
    """
    target = request.target
    if match := ABSOLUTE.match(target):
        return target, host_of(match[1]), match[2] or "/"
    if request.method == "CONNECT":
        return target, host_of(target), ""
    authority = request.first("host")
    path = target.partition("?")[0].partition("#")[0]
    return (f"http://{authority}{target}" if authority else target), host_of(authority), path


def host_of(authority: str) -> str:
    """Return the host of user@host:port as clauses write it: lower case, no final dot."""
    host = PORT.sub("", authority.rpartition("@")[2].strip(" \t")).strip("[]")
    return host.rstrip(".").lower() if len(host) <= MAX_HOST else ""


def is_partial(head: HttpHead | None, declared_type: str) -> bool:
    """Say whether the body is only a range of the file (RFC 9110 §14.4, §15.3.7; tus)."""
    if head is None:
        return False
    if stated := head.first("content-range"):
        match = CONTENT_RANGE.fullmatch(stated)
        return match is None or int(match[1]) + 1 != int(match[2])
    return head.status == 206 or declared_type == TUS


def is_event_stream(declared_type: str) -> bool:
    """Say whether a live stream may send a first event and then nothing for hours."""
    return declared_type in STREAMS


def is_live_stream(response: HttpHead | None, declared_type: str) -> bool:
    """Say whether a response may never end, so that waiting for its end would break it.

    An event stream, or audio or video of no stated length.  What is meant to be saved
    (Content-Disposition: attachment) is a file, whatever its type.
    """
    if response is None or response.status != 200:
        return False
    if declared_type not in STREAMS and not declared_type.startswith(("audio/", "video/")):
        return False
    return not (
        response.first("content-length")
        or response.first("content-disposition").lower().startswith("attachment")
    )


def _prefers_json(request: HttpHead) -> bool:
    accept = request.first("accept").lower()
    return "json" in accept and "html" not in accept
