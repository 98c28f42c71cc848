"""A front with its entrance: who may come in, whom it believes, and what happens in a crowd."""

import asyncio
import socket
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme
from structlog.testing import capture_logs

from icap_server.client import Client as Peer
from icap_server.front import Front
from icap_server.settings import AccessSettings, IcapsSettings
from icap_server.tls import make_context
from icap_server.users import HashedPassword, write_users
from tests.icap_server.fronts import LOCAL

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, ScriptedInspection, Served

    Ask = Callable[..., Question]
    Serve = Callable[..., Awaitable[Served]]

OPTIONS = b"OPTIONS icap://h/respmod ICAP/1.0\r\n\r\n"
PASSWORD = "correct horse"  # noqa: S105 - of nobody
BASIC = "Authorization: Basic " + b64encode(f"ann:{PASSWORD}".encode()).decode()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)


async def test_a_stranger_is_closed_and_the_log_says_what_would_let_him_in(
    serve: "Serve",
) -> None:
    with capture_logs() as lines:
        served = await serve(access=AccessSettings(clients=("192.0.2.0/24",)))
        for _ in range(3):
            assert await (await served.connect()).rest() == b""
    assert served.front.refused == {"access": 3}
    (line,) = (line for line in lines if line["event"] == "access.refused")
    assert line["client"] == "127.0.0.1"
    assert "[access] clients" in line["fix"]


async def test_whose_word_counts(
    serve: "Serve", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    fields = ("Allow: 204", "X-Client-IP: 192.0.2.9", "X-Authenticated-User: ann")
    for believed, person in ((("any",), ("192.0.2.9", "ann")), (("192.0.2.0/24",), ("", ""))):
        served = await serve(access=AccessSettings(identity_from=believed))
        await (await served.connect()).ask(question(b"a letter", *fields).wire)
        transfer = inspection.records[-1].transfer
        assert (transfer.client_ip, transfer.user) == person


@pytest.fixture
def users(tmp_path: Path) -> AccessSettings:
    path = tmp_path / "users"
    write_users(path, {"ann": HashedPassword.of(PASSWORD)})
    return AccessSettings(basic_users=str(path))


@pytest.mark.parametrize(
    "line", [OPTIONS, b"OPTIONS icap://h/none ICAP/1.0\r\nAuthorization: Basic Ym9iOng=\r\n\r\n"]
)
async def test_without_credentials(serve: "Serve", users: AccessSettings, line: bytes) -> None:
    client = await (await serve(access=users)).connect()
    answer = await client.ask(line)
    assert answer.status == 401
    assert answer.fields["WWW-Authenticate"] == 'Basic realm="douane"'
    assert await client.rest() == b""


async def test_a_body_without_credentials_is_not_inspected(
    serve: "Serve", question: "Ask", users: AccessSettings, inspection: "ScriptedInspection"
) -> None:
    served = await serve(access=users)
    wrong = "Authorization: Basic Ym9iOng="
    for fields in ((), (wrong,), ("Preview: 3",), ("Preview: 3", wrong)):
        client = await served.connect()
        assert (await client.ask(question(b"abc", "Allow: 204", *fields).wire)).status == 401
    assert inspection.seen == []
    assert served.front.refused == {"credentials": 4}


async def test_with_credentials(
    serve: "Serve", question: "Ask", users: AccessSettings, inspection: "ScriptedInspection"
) -> None:
    served = await serve(access=users)
    client = await served.connect()
    first = question(b"a letter", "Allow: 204", BASIC)
    assert (await client.ask(first.wire)).status == 204, "the check takes a while"
    assert (await client.ask(first.wire)).status == 204
    again = await client.ask(question(b"worm", "Allow: 204", BASIC).wire)
    assert b"403 Forbidden" in again.http_head
    assert (await client.ask(OPTIONS[:-2] + BASIC.encode() + b"\r\n\r\n")).status == 200
    assert len(inspection.seen) == 3


async def test_what_is_announced_is_what_a_client_gets(serve: "Serve") -> None:
    served = await serve(max_connections=10, client_share=0.5)
    kept = [await served.connect() for _ in range(5)]
    for client in kept:
        assert (await client.ask(OPTIONS)).fields["Max-Connections"] == "5"
    extra = await served.connect()
    assert (await extra.answer()).status == 503
    assert await extra.rest() == b""
    stranger = socket.create_connection(("127.0.0.1", served.port), 5, ("127.0.0.2", 0))
    reader, writer = await asyncio.open_connection(sock=stranger)
    writer.write(OPTIONS)
    assert (await reader.readline()).startswith(b"ICAP/1.0 200 ")
    writer.close()


async def test_a_full_queue(
    serve: "Serve", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    """503 at the head, for the one that has its part; OPTIONS and others still get through."""
    served = await serve(inspections=1, waiting=2)
    inspection.gate = asyncio.Event()
    busy = [await served.connect() for _ in range(3)]
    for number, client in enumerate(busy):
        client.writer.write(question(b"%d" % number, "Allow: 204").wire)
    await until(lambda: served.front.waiting == 2)
    assert served.front.crowded
    late = await served.connect()
    wire = question(bytes(1000), "Allow: 204", "Preview: 100", chunks=(100,)).wire
    late.writer.write(wire[: wire.index(bytes(100)) + 102] + b"0\r\n\r\n")
    answer = await late.answer()
    assert (answer.status, answer.fields["Connection"]) == (503, "close")
    assert await late.rest() == b""
    other = await served.connect()
    assert (await other.ask(OPTIONS)).status == 200
    assert (await other.ask(question(None, "Allow: 204").wire)).status == 204
    assert served.front.refused == {"overload": 1}
    inspection.gate.set()
    for client in busy:
        assert (await client.answer()).status == 204
    assert (await other.ask(question(b"x", "Allow: 204").wire)).status == 204


async def test_a_client_that_takes_no_503_waits_too(
    serve: "Serve", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    served = await serve(inspections=1, waiting=1, wait_seconds=0.01)
    inspection.gate = asyncio.Event()
    clients = [await served.connect() for _ in range(4)]
    for number, client in enumerate(clients):
        asked = question(b"%d" % number, "Allow: 204", service="respmod?profile=nutanix")
        client.writer.write(asked.wire)
    await until(lambda: served.front.waiting == 3)
    await asyncio.sleep(0.05)
    inspection.gate.set()
    assert [(await client.answer()).status for client in clients] == [204] * 4


async def test_others_wait_for_a_limited_time(
    serve: "Serve", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    served = await serve(inspections=1, wait_seconds=0.02)
    inspection.gate = asyncio.Event()
    first, second = [await served.connect() for _ in range(2)]
    first.writer.write(question(b"1", "Allow: 204").wire)
    await until(lambda: inspection.waiting == 1)
    assert (await second.ask(question(b"2", "Allow: 204").wire)).status == 503
    inspection.gate.set()
    assert (await first.answer()).status == 204
    assert len(inspection.records) == 1, "nothing is recorded of what the client has to repeat"


async def test_slow_bodies_take_no_turns(serve: "Serve", question: "Ask") -> None:
    """A crowd that sends a byte a second must not close the gate for those who are quick."""
    served = await serve(inspections=1, waiting=1)
    wire = question(b"slow", "Allow: 204").wire
    for _ in range(20):
        (await served.connect()).writer.write(wire[:-8])
    client = await served.connect()
    assert (await client.ask(question(b"quick", "Allow: 204").wire)).status == 204


async def test_tls(make_front: Callable[..., Front], question: "Ask", tmp_path: Path) -> None:
    """The same services behind TLS, and the name in the client's certificate."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate = authority.issue_cert("icap.example")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    settings = IcapsSettings(
        certificate=str(tmp_path / "server.pem"),
        client_certificates="optional",
        client_ca=str(tmp_path / "ca.pem"),
    )
    front = make_front(max_connections=2, client_share=1)
    peers: list[Peer] = []
    route = front.route
    front.route = lambda head, client: (peers.append(client), route(head, client))[1]  # type: ignore[method-assign, func-returns-value]
    plain, secure = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
    await front.start(plain, secure, make_context(settings))
    address = secure.getsockname()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    for name in ("", "proxy-1"):
        if name:
            authority.issue_cert("x@icap.example", common_name=name).configure_cert(context)
        reader, writer = await asyncio.open_connection(
            *address, ssl=context, server_hostname="icap.example"
        )
        writer.write(question(b"worm" * 100_000, "Allow: 204").wire)
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        assert peers[-1] == Peer("127.0.0.1", secure=True, subject=name)
        writer.close()
        await writer.wait_closed()
        await until(lambda: not front.connections)
    idle = [socket.create_connection(address, 5) for _ in range(2)]
    await until(lambda: len(front._seats) == 2)
    assert front.open(LOCAL) is not None
    assert front.refused["connections"] == 1, "a handshake that goes nowhere counts as well"
    for connection in idle:
        connection.close()
    await until(lambda: front.refused["handshake"] == 2)
    await front.stop()
