"""A door that lets everybody in, for tests of the accept loop, and a listener that fails."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import cast

from icap_server.client import Client
from icap_server.session import Session


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


def make_listener() -> Flaky:
    listener = Flaky()
    listener.faults = []
    listener.bind(("127.0.0.1", 0))
    return listener
