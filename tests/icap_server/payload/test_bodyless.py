"""Messages that carry no file: HEAD, 304, 204, 1xx, CONNECT and the like give a plain transfer."""

from datetime import UTC, datetime

import pytest

from icap_server.payload.channels import Channels
from icap_server.payload.http_head import parse_request_head, parse_response_head
from icap_server.payload.transfer import build_transfer, is_live_stream
from verdicts.model import Transfer

REQUESTS = [
    b"HEAD http://a.example/x.exe HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
    b"CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n",
    b"CONNECT a.example HTTP/1.0\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"DELETE /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n",
    b"POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\n",
]
ANSWERS = [
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
    b"HTTP/1.1 200 Connection established\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 301 Moved Permanently\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n",
    b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Type: image/png\r\n\r\n',
    b"HTTP/1.1 304\r\n\r\n",
    b"HTTP/1.1 304 \r\n",
    b"HTTP/2 304",
    b"HTTP/1.1 407 \r\nProxy-Authenticate: Basic\r\n\r\n",
    b"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4711\r\nContent-Type: video/mp4\r\n\r\n",  # to a HEAD
]


def build(method: str, request: bytes | None, answer: bytes | None) -> Transfer:
    return build_transfer(
        method=method,
        service="avscan",
        icap_fields={},
        request=parse_request_head(request) if request else None,
        response=parse_response_head(answer) if answer else None,
        channels=Channels({}),
        transfer_id="id",
        received_at=datetime(2024, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize("request_head", REQUESTS, ids=ascii)
def test_requests(request_head: bytes) -> None:
    transfer = build("REQMOD", request_head, None)
    assert (transfer.partial, transfer.piece, transfer.codings) == (False, None, ())
    assert transfer.host in {"a.example", "2001:db8::1", ""}


@pytest.mark.parametrize("answer", ANSWERS, ids=ascii)
@pytest.mark.parametrize("request_head", [None, *REQUESTS[:2]], ids=ascii)
def test_answers(request_head: bytes | None, answer: bytes) -> None:
    transfer = build("RESPMOD", request_head, answer)
    assert (transfer.partial, transfer.piece, transfer.codings) == (False, None, ())
    assert not is_live_stream(parse_response_head(answer), transfer)


def test_a_tunnel_has_a_host_and_no_name() -> None:
    transfer = build("REQMOD", REQUESTS[1], None)
    assert (transfer.url, transfer.host, transfer.file_name) == ("a.example:443", "a.example", "")
