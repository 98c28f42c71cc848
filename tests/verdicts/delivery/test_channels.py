"""Connections of syslog: octet counting, TLS, and receivers that hang up or do not read."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from verdicts.delivery import channels
from verdicts.delivery.channels import Datagrams, Stream
from verdicts.delivery.sender import ReceiverAway

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


class Collector:
    """Reads messages by their octet counts (RFC 6587 §3.4.1)."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while count := await reader.readuntil(b" "):
                self.messages.append(await reader.readexactly(int(count)))
        except asyncio.IncompleteReadError:
            writer.close()


def plain(port: int) -> Stream:
    return Stream("127.0.0.1", port, tls=False, ca_file="", certificate="")


async def test_octet_counting(until: Any) -> None:
    collector = Collector()
    async with listening(collector) as port:
        stream = plain(port)
        await stream.send([b"one", b"two\nlines", "é".encode()])
        await stream.send([b"4 four"])
        await until(lambda: len(collector.messages) == 4)
        await stream.close()
    assert collector.messages == [b"one", b"two\nlines", "é".encode(), b"4 four"]


async def test_sent_means_that_its_kernel_has_it(until: Any) -> None:
    """A receiver that reads nothing has only what fits into its buffer; the rest is not sent."""
    hold = asyncio.Event()

    async def deaf(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hold.wait()
        writer.close()

    async with listening(deaf) as port:
        stream = plain(port)
        sending = asyncio.create_task(stream.send([b"x" * 60_000] * 500))
        await asyncio.sleep(0.1)
        assert not sending.done()
        hold.set()
        with pytest.raises(ReceiverAway):
            await sending


async def test_one_that_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "SEND_SECONDS", 0.1)
    hold = asyncio.Event()

    async def deaf(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hold.wait()
        writer.close()

    async with listening(deaf) as port:
        with pytest.raises(ReceiverAway, match="does not read"):
            await plain(port).send([b"x" * 60_000] * 500)
        hold.set()


async def test_one_that_hung_up_meanwhile_is_called_again(until: Any) -> None:
    collector, calls = Collector(), []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(writer)
        if len(calls) > 1:
            await collector(reader, writer)
            return
        await reader.readexactly(5)
        writer.close()

    async with listening(serve) as port:
        stream = plain(port)
        await stream.send([b"one"])
        await until(lambda: stream._open is not None and stream._open[0].at_eof())
        await stream.send([b"two"])
        await until(lambda: collector.messages == [b"two"])
        await stream.close()


async def test_nobody_there() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(ReceiverAway, match="ConnectionRefused"):
            await plain(closed.getsockname()[1]).send([b"x"])


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def files(authority: trustme.CA, folder: Path) -> tuple[str, str]:
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("client.example").private_key_and_cert_chain_pem.write_to_path(
        folder / "client.pem"
    )
    return str(folder / "ca.pem"), str(folder / "client.pem")


async def test_tls_both_ways(authority: trustme.CA, tmp_path: Path, until: Any) -> None:
    """RFC 5425: both sides show certificates.  Played by a receiver of our own."""
    ca_file, certificate = files(authority, tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.issue_cert("127.0.0.1").configure_cert(context)
    collector = Collector()
    async with listening(collector, context) as port:
        stream = Stream("127.0.0.1", port, tls=True, ca_file=ca_file, certificate=certificate)
        await stream.send([b"one", b"two"])
        await until(lambda: collector.messages == [b"one", b"two"])
        await stream.close()


@pytest.mark.parametrize("host, trusted", [("other.example", True), ("127.0.0.1", False)])
async def test_tls_with_the_wrong_receiver(
    authority: trustme.CA, tmp_path: Path, host: str, trusted: bool
) -> None:
    ca_file, _ = files(authority if trusted else trustme.CA(), tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    collector = Collector()
    async with listening(collector, context) as port:
        stream = Stream("127.0.0.1", port, tls=True, ca_file=ca_file, certificate="")
        with pytest.raises(ReceiverAway, match="verify failed"):
            await stream.send([b"secret"])
    assert collector.messages == []


async def test_datagrams() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        port = receiver.getsockname()[1]
        udp = Datagrams("127.0.0.1", port)
        await udp.send([b"one", b"two"])
        assert [receiver.recv(99), receiver.recv(99)] == [b"one", b"two"]
    with pytest.raises(ReceiverAway):  # its port is closed: ICMP tells of the first at the second
        await udp.send([b"three"] * 9)
    await udp.close()


async def test_a_receiver_that_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name points elsewhere now, and whoever has its address still says nothing."""
    with ExitStack() as stack:
        former, now = (
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2)
        )
        for one in (former, now):
            one.bind(("127.0.0.1", 0))
            one.settimeout(10)
        udp = Datagrams("127.0.0.1", former.getsockname()[1])
        await udp.send([b"one"])
        udp._place = now.getsockname()
        await udp.send([b"two"])
        monkeypatch.setattr(channels, "RESOLVED_SECONDS", 0.0)
        await udp.send([b"three"])
        await udp.close()
        assert [former.recv(9), former.recv(9), now.recv(9)] == [b"one", b"two", b"three"]


async def test_name_that_cannot_be_resolved() -> None:
    with pytest.raises(ReceiverAway):
        await Datagrams("nothing.invalid", 514).send([b"x"])
    with pytest.raises(ReceiverAway):
        await Stream("nothing.invalid", 514, tls=False, ca_file="", certificate="").send([b"x"])
