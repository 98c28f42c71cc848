"""Clients that play cases to a server, one after another on a connection as long as it is kept."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from tests.differential.requests import Case

PROBE = b"OPTIONS icap://peer.example/echo ICAP/1.0\r\nHost: peer.example\r\n\r\n"
CONNECTIONS = 24
PATIENCE_SECONDS = 10
STATUS = re.compile(rb"ICAP/1\.0 ([1-5]\d\d) ")
LAYOUT = re.compile(rb"(?im)^encapsulated:.*?([a-z]+-[a-z]+)=(\d+)\r$")


class Delivered(Enum):
    """What the client goes on with."""

    SAME = "the body it has"
    OTHER = "another body"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Outcome:
    kind: int
    """First digit of the status; 0: no answer at all."""
    delivered: Delivered
    kept: bool
    """The next request on the connection is answered."""


async def play_all(port: int, cases: Sequence[Case]) -> list[Outcome]:
    """Return an outcome for each case, in their order."""
    outcomes: dict[int, Outcome] = {}
    waiting = iter(enumerate(cases))
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(play_some(port, waiting, outcomes))
    return [outcomes[number] for number in range(len(cases))]


async def play_some(
    port: int, waiting: Iterator[tuple[int, Case]], outcomes: dict[int, Outcome]
) -> None:
    connection: Connection | None = None
    for number, case in waiting:
        connection = connection or Connection(*await asyncio.open_connection("127.0.0.1", port))
        outcomes[number] = await connection.play(case)
        if not outcomes[number].kept:
            connection.close()
            connection = None
    if connection is not None:
        connection.close()


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def close(self) -> None:
        self._writer.transport.abort()

    async def play(self, case: Case) -> Outcome:
        kind, delivered = 0, Delivered.NOTHING
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                self._writer.write(case.wire)
                status = await self._read_head()
                kind = status // 100
                if kind == 2:
                    same = status == 204 or "OPTIONS" in case.traits
                    same = same or await self._read_body() == case.body
                    delivered = Delivered.SAME if same else Delivered.OTHER
                self._writer.write(PROBE)
                kept = await self._read_head() == 200 and b"Methods:" in self._head
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError, ValueError):
            kept = False
        return Outcome(kind, delivered, kept)

    async def _read_head(self) -> int:
        """Return the status; raise ValueError if this is no head of ICAP."""
        self._head = await self._reader.readuntil(b"\r\n\r\n")
        match = STATUS.match(self._head)
        if not match:
            raise ValueError("no ICAP")
        return int(match[1])

    async def _read_body(self) -> bytes | None:
        layout = LAYOUT.search(self._head)
        if layout is None:
            return None
        await self._reader.readexactly(int(layout[2]))
        if layout[1] == b"null-body":
            return None
        body = bytearray()
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            body += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readexactly(2)
        return bytes(body)
