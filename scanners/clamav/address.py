"""Where clamd listens: a path is a Unix socket, `host:port` is TCP."""

import asyncio
import socket
from dataclasses import dataclass

from scanners.errors import EngineDown


@dataclass(frozen=True, slots=True)
class Address:
    path: str = ""
    """Unix socket; empty: TCP."""
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        return self.path or f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """Read `/run/clamd.sock`, `host:port` or `[::1]:port`; raise EngineDown for anything else."""
    if "/" in text:
        return Address(path=text)
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 2**16:
        raise EngineDown(f"{text!r} is neither the path of a Unix socket nor host:port")
    return Address(host=host.removeprefix("[").removesuffix("]"), port=int(port))


async def dial(address: Address) -> socket.socket:
    """Return a connected, non-blocking socket that the caller closes; raise OSError."""
    if address.path:
        return await _connect(socket.AF_UNIX, address.path)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    failure = OSError(f"{address} has no address")
    for family, _, _, _, place in found:
        try:
            return await _connect(family, place)
        except OSError as error:
            failure = error
    raise failure


async def _connect(family: int, place: str | tuple[object, ...]) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, place)
    except BaseException:
        sock.close()
        raise
    return sock
