"""`python-icap` from the package index: a client with its own reading of RFC 3507.

It loses step on a connection after a 200 with a body, so it gets one connection a file.
"""

from collections.abc import Callable

import pytest
from icap import IcapClient, IcapResponse

from bench.servers.douane import Douane
from samples.builders import eicar

pytestmark = pytest.mark.server

PREVIEW = 1024
CLEAN = b"A letter that was written by hand.\n" * 100
REQUEST = b"GET /letter.txt HTTP/1.1\r\nHost: files.example\r\n\r\n"

Play = Callable[[IcapClient, bytes], IcapResponse]


def response(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def scan_bytes(client: IcapClient, body: bytes) -> IcapResponse:
    return client.scan_bytes(body, "respmod", "letter.txt")


def respmod(client: IcapClient, body: bytes) -> IcapResponse:
    return client.respmod("respmod", REQUEST, response(body))


def respmod_with_preview(client: IcapClient, body: bytes) -> IcapResponse:
    return client.respmod("avscan", REQUEST, response(body), preview=PREVIEW)


def reqmod(client: IcapClient, body: bytes) -> IcapResponse:
    head = b"POST /up HTTP/1.1\r\nHost: files.example\r\nContent-Length: %d\r\n\r\n" % len(body)
    return client.reqmod("reqmod", head, body)


each_way = pytest.mark.parametrize(
    "play", [scan_bytes, respmod, respmod_with_preview, reqmod], ids=lambda play: play.__name__
)


def ask(douane: Douane, play: Play, body: bytes) -> IcapResponse:
    with IcapClient("127.0.0.1", douane.icap_port, timeout=60) as client:
        return play(client, body)


@each_way
@pytest.mark.parametrize("size", [0, 1, PREVIEW - 1, PREVIEW, PREVIEW + 1, 3000, 100_000])
def test_a_clean_file_is_not_modified(douane: Douane, play: Play, size: int) -> None:
    if play is respmod_with_preview and size == 0:
        pytest.skip("this client ends an empty preview without ieof, and sends no more after 100")
    answer = ask(douane, play, (CLEAN * 30)[:size])
    assert answer.is_no_modification, answer
    assert "X-Infection-Found" not in answer.headers


@each_way
@pytest.mark.parametrize("before", [0, 3 * PREVIEW], ids=["alone", "after lines"])
def test_eicar_is_replaced(douane: Douane, play: Play, before: int) -> None:
    """Short, it ends within the preview; with lines before it, it comes after the preview."""
    body = eicar() if not before else b"\n" * before + eicar()
    answer = ask(douane, play, body)
    assert answer.status_code == 200
    assert not answer.is_no_modification
    assert answer.headers["X-Infection-Found"].startswith("Type=0; Resolution=2; Threat=")
    assert b"403 Forbidden" in answer.body
    assert eicar() not in answer.body


@pytest.mark.parametrize("service", ["respmod", "reqmod", "avscan"])
def test_options(douane: Douane, service: str) -> None:
    with IcapClient("127.0.0.1", douane.icap_port) as client:
        answer = client.options(service)
    assert answer.status_code == 200
    assert answer.istag
    assert answer.encapsulated is not None
    assert answer.encapsulated.null_body == 0
    assert int(answer.headers["Preview"]) > 0
    assert int(answer.headers["Max-Connections"]) > 0


def test_clean_files_share_a_connection(douane: Douane) -> None:
    with IcapClient("127.0.0.1", douane.icap_port, timeout=60) as client:
        statuses = [scan_bytes(client, b"%d" % number).status_code for number in range(20)]
    assert statuses == [204] * 20
