"""Connections for syslog: datagrams, and streams that are known to have arrived.

TCP tells when the receiver's kernel has everything.  What a receiver that dies had not read yet is
lost all the same, and nobody can know: syslog has no acknowledgement (RFC 6587 §4.2).
"""

import asyncio
import fcntl
import socket
import struct
import termios
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from verdicts.delivery.post import trust
from verdicts.delivery.sender import ReceiverAway

CONNECT_SECONDS = 10.0
SEND_SECONDS = 30.0
ARRIVED_POLL_SECONDS = 0.005
RESOLVED_SECONDS = 300.0
"""After that a name is looked up anew: nobody says that datagrams go to where it pointed once."""


class Channel(Protocol):
    async def send(self, messages: Sequence[bytes]) -> None:
        """Send them in order; raise ReceiverAway, and then some may have arrived."""

    async def close(self) -> None: ...


class Datagrams:
    """UDP: nothing says whether they arrive."""

    def __init__(self, host: str, port: int) -> None:
        self._place = host, port
        self._socket: socket.socket | None = None
        self._opened = 0.0

    async def send(self, messages: Sequence[bytes]) -> None:
        try:
            if time.monotonic() - self._opened >= RESOLVED_SECONDS:
                await self.close()
            if self._socket is None:
                self._socket = await asyncio.to_thread(self._open)
            for message in messages:
                self._socket.send(message)
        except OSError as error:  # maybe the ICMP answer to the one before
            await self.close()
            raise ReceiverAway(f"{type(error).__name__}: {error.strerror}") from error

    async def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> socket.socket:
        family, kind, protocol, _, address = socket.getaddrinfo(
            *self._place, type=socket.SOCK_DGRAM
        )[0]
        self._opened = time.monotonic()
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        made.connect(address)
        return made


class Stream:
    """TCP with octet counting: MSG-LEN, a blank, the message (RFC 6587 §3.4.1); TLS too."""

    def __init__(self, host: str, port: int, *, tls: bool, ca_file: str, certificate: str) -> None:
        self._place = host, port
        self._tls = tls
        self._files = ca_file, certificate
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._reading: asyncio.Task[None] | None = None
        """A word from it is no word of syslog; reading is how its hanging up is noticed."""

    async def send(self, messages: Sequence[bytes]) -> None:
        try:
            await self._send(messages)
        except TimeoutError as error:
            await self.close()
            raise ReceiverAway("it does not read") from error
        except OSError as error:
            await self.close()
            raise ReceiverAway(f"{type(error).__name__}: {error}"[:200]) from error

    async def close(self) -> None:
        if self._open is not None:
            (_, writer), self._open = self._open, None
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await writer.wait_closed()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None

    async def _send(self, messages: Sequence[bytes]) -> None:
        if self._open is not None and self._open[0].at_eof():
            await self.close()  # it hung up while we had nothing to say
        if self._open is None:
            self._open = await self._connect()
        reader, writer = self._open
        async with asyncio.timeout(SEND_SECONDS):
            writer.writelines(f"{len(message)} ".encode() + message for message in messages)
            await writer.drain()
            while _unsent(writer):
                if reader.at_eof():
                    raise ConnectionResetError("it hung up")
                await asyncio.sleep(ARRIVED_POLL_SECONDS)
        if reader.at_eof():
            raise ConnectionResetError("it hung up")

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        context = await asyncio.to_thread(trust, *self._files) if self._tls else None
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(*self._place, ssl=context)
        writer.transport.set_write_buffer_limits(0)
        self._reading = asyncio.create_task(_discard(reader))
        return reader, writer


async def _discard(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await reader.read(4096):
            pass


def _unsent(writer: asyncio.StreamWriter) -> int:
    """Return bytes that its kernel has not acknowledged (tcp(7), SIOCOUTQ)."""
    descriptor = writer.get_extra_info("socket").fileno()
    if descriptor < 0:
        raise ConnectionResetError("the connection is closed")
    waiting = struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4)))[0]
    return int(waiting) + writer.transport.get_write_buffer_size()
