"""From HTTP heads and ICAP fields to the Transfer: what goes where, for whom."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from icap_server.payload.channels import Channels
from icap_server.payload.codings import body_codings
from icap_server.payload.http_head import HttpHead
from icap_server.payload.names import file_names
from icap_server.payload.people import client_address, group_names, user_name
from icap_server.payload.piece import read_piece
from scanners.declared_type import declared_type, media_types
from scanners.header_parameters import parse_value
from scanners.names import extension, readings
from scanners.passwords.hints import hints
from verdicts.model import Direction, Transfer

MAX_HOST = 255
"""RFC 1035 §2.3.4.  A longer one resolves to nothing and is no host to any clause."""

MAX_LANGUAGES = 200
"""Characters of Accept-Language that are looked at."""

# RFC 3986 §3: scheme "://" authority path; user names and passwords before "@" are not the host
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)([^?#]*)")
PORT = re.compile(r":[0-9]*$")
STREAMS = frozenset({"text/event-stream", "multipart/x-mixed-replace"})
STREAM_EXTENSIONS = frozenset(
    # audio and video, playlists, and what names a program of the server rather than a file
    """3gp aac aif aiff avi flac flv m2ts m4a m4s m4v mid mjpeg mjpg mka mkv mov mp2 mp3 mp4 mpeg
    mpg mts oga ogg ogm ogv opus ra rm ts wav weba webm wma wmv
    m3u m3u8 mpd pls xspf asx nsv
    asp ashx aspx cgi do fcgi jsp php""".split()
)


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
    declared = declared_type(body_head.all("content-type") if body_head else ())
    names = file_names(icap_fields, request, response, direction, path)
    partial, piece = read_piece(body_head, declared.media_type)
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
        file_name=names[0].name if names else "",
        declared_type=declared.media_type,
        parameters=declared.parameters,
        codings=body_codings(body_head) if body_head else (),
        partial=partial,
        prefers_json=request is not None and _prefers_json(request),
        accept_language=request.first("accept-language")[:MAX_LANGUAGES] if request else "",
        other_names=names[1:],
        other_types=declared.others,
        piece=piece,
        hints=hints(url, _all_fields(request, response)),
    )


def _all_fields(*heads: HttpHead | None) -> Iterator[tuple[str, str]]:
    for head in heads:
        if head is not None:
            yield from head.fields


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


def is_event_stream(declared_type: str) -> bool:
    """Say whether a live stream may send a first event and then nothing for hours."""
    return declared_type in STREAMS


def is_live_stream(response: HttpHead | None, transfer: Transfer) -> bool:
    """Say whether a response may never end, so that waiting for its end would break it.

    An event stream, or audio or video of no stated length, whichever Content-Type one goes by.
    What is meant to be saved, or is called otherwise than a recording anywhere, is a file.
    """
    if response is None or response.status != 200 or response.first("content-length"):
        return False
    types = {name for value in response.all("content-type") for name in media_types(value)}
    return (
        bool(types)
        and all(name in STREAMS or name.startswith(("audio/", "video/")) for name in types)
        and all(map(_is_played, response.all("content-disposition")))
        and all(map(_is_stream_name, _all_names(transfer)))
    )


def _is_played(disposition: str) -> bool:
    main, parameters = parse_value(disposition)
    return main == "inline" and not any(name.startswith("filename") for name, _ in parameters)


def _all_names(transfer: Transfer) -> Iterator[str]:
    yield transfer.file_name
    for other in transfer.other_names:
        yield other.name


def _is_stream_name(name: str) -> bool:
    extensions = map(extension, readings(name))
    return all(not last or last.isdecimal() or last in STREAM_EXTENSIONS for last in extensions)


def _prefers_json(request: HttpHead) -> bool:
    accept = request.first("accept").lower()
    return "json" in accept and "html" not in accept
