"""Where clamd listens: two notations, both reachable, everything else refused."""

import asyncio
import socket
from pathlib import Path

import pytest

from scanners.clamav.address import Address, dial, parse_address
from scanners.errors import EngineDown


@pytest.mark.parametrize(
    "text, address",
    [
        ("/run/clamd.sock", Address(path="/run/clamd.sock")),
        ("./run:1/clamd.sock", Address(path="./run:1/clamd.sock")),
        ("av.example:3310", Address(host="av.example", port=3310)),
        ("[::1]:3310", Address(host="::1", port=3310)),
    ],
)
def test_notations(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["", "clamd", "host:", ":3310", "host:0", "host:65536", "host:³"])
def test_refused(text: str) -> None:
    with pytest.raises(EngineDown, match="neither"):
        parse_address(text)


async def test_dial_unix(short_folder: Path) -> None:
    path = short_folder / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        with await dial(Address(path=str(path))) as sock:
            assert not sock.getblocking()
            assert sock.getpeername() == str(path)


async def test_dial_tries_every_address_of_a_host() -> None:
    """localhost may come as ::1 first, where nothing listens."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with await dial(Address(host="localhost", port=port)) as sock:
            assert sock.getpeername()[:2] == ("127.0.0.1", port)


async def test_dial_without_a_listener(short_folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await dial(Address(path=str(short_folder / "none")))
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            await dial(Address(host="127.0.0.1", port=bound.getsockname()[1]))
