"""Clients that note what they were told, and the comparison of that with the log."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bench.servers.douane import Douane
from samples.builders import pe
from verdicts.ledger.database import open_reader
from verdicts.ledger.schema import ROLLUPS, VERDICT
from verdicts.record import id_text

CLIENTS = 8
PROGRAM = pe()


@dataclass
class Seen:
    """What the clients were told."""

    allowed: list[str] = field(default_factory=list)
    """URLs of transfers that got a 204."""
    blocked: dict[str, str] = field(default_factory=dict)
    """URL -> transfer id, of those that got a block page."""
    broken: int = 0
    """Requests without an answer: nobody knows whether they were recorded."""

    @property
    def answers(self) -> int:
        return len(self.allowed) + len(self.blocked)


def request(url: str, *, bad: bool) -> bytes:
    """Return a RESPMOD about content that no cache knows; `bad`: a program that says JPEG."""
    content = (PROGRAM if bad else b"some text ") + url.encode()
    name = "photo.jpg" if bad else "notes.txt"
    question = f"GET {url} HTTP/1.1\r\nHost: files.example\r\n\r\n".encode()
    answer = (
        f'HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        f"Content-Length: {len(content)}\r\n\r\n"
    ).encode()
    head = (
        "RESPMOD icap://127.0.0.1/respmod ICAP/1.0\r\nHost: 127.0.0.1\r\nAllow: 204\r\n"
        f"Encapsulated: req-hdr=0, res-hdr={len(question)}, "
        f"res-body={len(question + answer)}\r\n\r\n"
    )
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content)
    return head.encode() + question + answer + body


class Traffic:
    """Clients that ask without pause, and start again wherever the service is."""

    def __init__(self, douane: Douane, seed: int) -> None:
        self.seen = Seen()
        self._douane = douane
        self._noise = random.Random(seed)  # noqa: S311 - traffic, no secret
        self._number = 0

    async def run(self) -> None:
        while True:
            try:
                port = self._douane.icap_port
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)  # it is being replaced
                continue
            try:
                while True:
                    await self._ask(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                self.seen.broken += 1
            finally:
                writer.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._number += 1
        url = f"http://files.example/{self._number}"
        writer.write(request(url, bad=self._noise.random() < 0.3))
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        if status == 204:
            self.seen.allowed.append(url)
        elif status == 200:
            await reader.readuntil(b"\r\n0\r\n\r\n")
            fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
            self.seen.blocked[url] = fields[b"X-Douane-Transfer"].decode()
        else:  # 503: the service stops; the client looks for the next one
            raise ConnectionResetError(f"ICAP {status}")


@asynccontextmanager
async def flowing(douane: Douane, seed: int) -> AsyncIterator[Seen]:
    traffic = Traffic(douane, seed)
    clients = [asyncio.create_task(traffic.run()) for _ in range(CLIENTS)]
    try:
        yield traffic.seen
    finally:
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)


def compare(seen: Seen, url: str) -> None:
    engine = open_reader(url)
    with engine.connect() as connection:
        rows = connection.execute(select(VERDICT.c.url, VERDICT.c.id, VERDICT.c.action)).all()
        table = ROLLUPS["action"]
        counted = connection.scalar(
            select(func.sum(table.c.transfers)).where(table.c.granularity == 0)
        )
    engine.dispose()
    times = Counter(row.url for row in rows)
    ids = {row.url: id_text(row.id) for row in rows}
    assert not [one for one in seen.allowed if times[one] != 1]
    assert not [one for one, transfer in seen.blocked.items() if ids.get(one) != transfer]
    assert set(times.values()) == {1}
    assert counted == len(rows), "and the statistics agree"
