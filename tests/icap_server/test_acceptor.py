"""The accept loop: who gets a session, what a full machine does to it, and TLS in front of it."""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest
import trustme
from structlog.testing import capture_logs

from icap_server import acceptor as module
from icap_server.acceptor import BATCH, SLOW_BATCH, Acceptor
from icap_server.client import Client
from icap_server.session import Session
from icap_server.settings import IcapsSettings
from icap_server.tls import make_context


class Echo(asyncio.Protocol):
    """Stands for a session: says how it is called and repeats what it hears."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


class Door:
    """Lets everybody in, unless told otherwise, and notes who came."""

    def __init__(self) -> None:
        self.crowded = False
        self.shut = False
        self.clients: list[Client] = []
        self.sessions: list[Echo] = []
        self.forgotten: list[str] = []
        self.changed = asyncio.Event()

    def open(self, client: Client) -> Session | None:
        self.clients.append(client)
        self.changed.set()
        self.sessions.append(Echo(client))
        return None if self.shut else cast(Session, self.sessions[-1])

    def forget(self, session: Session, reason: str) -> None:
        self.forgotten.append(reason)
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


class Flaky(socket.socket):
    """A listener whose accept() fails as scripted before it works."""

    faults: list[int]
    calls = 0

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        self.calls += 1
        if self.faults:
            number = self.faults.pop(0)
            raise OSError(number, os.strerror(number))
        return super().accept()


@pytest.fixture
async def door() -> Door:
    return Door()


@pytest.fixture
def listener() -> Flaky:
    listener = Flaky()
    listener.faults = []
    listener.bind(("127.0.0.1", 0))
    return listener


@pytest.fixture
async def plain(listener: Flaky, door: Door) -> AsyncIterator[Acceptor]:
    acceptor = Acceptor(listener, door)
    acceptor.start()
    yield acceptor
    await acceptor.stop()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def secure(
    listener: Flaky, door: Door, authority: trustme.CA, tmp_path: Path
) -> AsyncIterator[Acceptor]:
    certificate, ca = tmp_path / "server.pem", tmp_path / "ca.pem"
    authority.issue_cert("icap.example").private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(ca)
    settings = IcapsSettings(
        certificate=str(certificate), client_certificates="optional", client_ca=str(ca)
    )
    acceptor = Acceptor(listener, door, make_context(settings))
    acceptor.start()
    yield acceptor
    await acceptor.stop()


async def echo(listener: socket.socket) -> bytes:
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"hello")
    heard = await reader.read(5)
    writer.close()
    return heard


async def test_who_connects_is_known_before_a_protocol_begins(
    plain: Acceptor, listener: Flaky, door: Door
) -> None:
    assert await echo(listener) == b"hello"
    assert door.clients == [Client("127.0.0.1")]
    assert door.forgotten == []


async def test_a_client_of_both_families_has_one_address(door: Door) -> None:
    listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    acceptor = Acceptor(listener, door)
    acceptor.start()
    _, writer = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
    await door.until(lambda: bool(door.clients))
    assert door.clients == [Client("127.0.0.1")]
    writer.close()
    await acceptor.stop()


async def test_who_is_not_let_in_is_closed(plain: Acceptor, listener: Flaky, door: Door) -> None:
    door.shut = True
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_no_write_waits_for_an_acknowledgement(
    plain: Acceptor, listener: Flaky, door: Door
) -> None:
    assert await echo(listener) == b"hello"
    accepted = door.sessions[0].transport.get_extra_info("socket")
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.EINVAL])
async def test_a_full_machine_is_neither_the_end_nor_a_busy_loop(
    plain: Acceptor, listener: Flaky, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    listener.faults = [number] * 3
    with capture_logs() as lines:
        assert await echo(listener) == b"hello"
        listener.faults = [number]
        assert await echo(listener) == b"hello"
    assert [line["event"] for line in lines] == ["accept.failed"] * 2, "once for each time of need"
    assert listener.calls < 20


async def test_a_connection_that_went_away_holds_up_nobody(
    plain: Acceptor, listener: Flaky
) -> None:
    listener.faults = [errno.ECONNABORTED, errno.EPROTO, errno.ECONNABORTED]
    with capture_logs() as lines:
        assert await echo(listener) == b"hello"
    assert lines == []


@pytest.mark.parametrize("crowded, at_once", [(False, BATCH), (True, SLOW_BATCH)])
async def test_so_many_at_once_and_slowly_in_a_crowd(
    plain: Acceptor, listener: Flaky, door: Door, *, crowded: bool, at_once: int
) -> None:
    count = 3 * BATCH
    came: list[float] = []
    loop = asyncio.get_running_loop()
    door.crowded, door.shut = crowded, True
    door.open = lambda client: came.append(loop.time())  # type: ignore[method-assign]
    clients = [socket.create_connection(listener.getsockname(), 5) for _ in range(count)]
    async with asyncio.timeout(10):
        while len(came) < count:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)
    batches = len(set(came))
    assert batches >= count // at_once
    pauses = [b - a for a, b in pairwise(came) if b - a > module.SLOW_SECONDS * 0.9]
    assert len(pauses) == (count // at_once - 1 if crowded else 0)
    for client in clients:
        client.close()


async def test_after_stop_nobody_is_kept_waiting(listener: Flaky, door: Door) -> None:
    acceptor = Acceptor(listener, door)
    acceptor.start()
    address = listener.getsockname()
    await acceptor.stop()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)


async def test_stop_while_it_rests(listener: Flaky, door: Door) -> None:
    acceptor = Acceptor(listener, door)
    listener.faults = [errno.EMFILE]
    acceptor.start()
    client = socket.create_connection(listener.getsockname(), 5)
    async with asyncio.timeout(5):
        while listener.faults:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)
    await acceptor.stop()
    assert door.clients == []
    client.close()


def trusting(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """Return a client's context; with a name it shows a certificate for it."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    for name in names:
        authority.issue_cert("x@icap.example", common_name=name).configure_cert(context)
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("name", ["icap.example", None])
async def test_tls_with_and_without_a_server_name(
    secure: Acceptor,
    listener: Flaky,
    door: Door,
    authority: trustme.CA,
    *,
    version: ssl.TLSVersion,
    name: str | None,
) -> None:
    context = trusting(authority)
    context.minimum_version = context.maximum_version = version
    context.check_hostname = name is not None
    reader, writer = await asyncio.open_connection(
        *listener.getsockname(), ssl=context, server_hostname=name or ""
    )
    writer.write(b"hello")
    assert await reader.read(5) == b"hello"
    writer.close()
    await writer.wait_closed()
    assert door.clients == [Client("127.0.0.1", secure=True)]


async def test_plain_bytes_on_the_tls_port_fail_at_once(
    secure: Acceptor, listener: Flaky, door: Door
) -> None:
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"OPTIONS icap://h/reqmod ICAP/1.0\r\n\r\n")
    try:
        heard = await asyncio.wait_for(reader.read(), 2)
    except ConnectionResetError:
        heard = b""
    assert b"ICAP" not in heard
    await door.until(lambda: bool(door.forgotten))
    assert door.forgotten[0]
    writer.close()


async def test_a_handshake_that_does_not_go_on_has_an_end(
    secure: Acceptor, listener: Flaky, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HANDSHAKE_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"\x16\x03\x01")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    await door.until(lambda: len(door.forgotten) == 1)
    writer.close()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_an_old_version_is_refused(
    secure: Acceptor, listener: Flaky, door: Door, authority: trustme.CA
) -> None:
    context = trusting(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(*listener.getsockname(), ssl=context, server_hostname="x")
    await door.until(lambda: len(door.forgotten) == 1)


async def test_stop_ends_handshakes(listener: Flaky, door: Door, authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("x.example").configure_cert(context)
    acceptor = Acceptor(listener, door, context)
    acceptor.start()
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    await door.until(lambda: bool(door.clients))
    await acceptor.stop()
    assert door.forgotten == [""]
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
