"""Mixed honest traffic at a steady rate, with a known worm in it, as several clients send it."""

import asyncio
import itertools
import random
import time
from dataclasses import dataclass, field

from samples.catalogue import find
from samples.containers import zip_of

RATE = 200  # requests a second, over all
CONNECTIONS = 20
KINDS = ("text", "known", "zip", "program", "worm", "upload")
ANSWER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answered:
    """One request as its client saw it."""

    kind: str
    began: float
    ended: float
    status: int
    istag: str
    transfer: str
    blocked: bool


@dataclass
class Traffic:
    """Clients that ask at a fixed rate, whatever the answers, until they are told to stop."""

    port: int
    answers: list[Answered] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(CONNECTIONS):
                group.create_task(self._client(number))

    async def _client(self, number: int) -> None:
        noise = random.Random(number)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        due = time.monotonic() + number / RATE
        for turn in itertools.count():
            if self.stopping.is_set():
                break
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due += CONNECTIONS / RATE
            kind = KINDS[(number + turn) % len(KINDS)]
            body = content(kind, f"{number}-{turn}", noise)
            try:
                self.answers.append(await ask(reader, writer, kind, body))
            except (OSError, AssertionError, asyncio.IncompleteReadError) as error:
                self.faults.append(f"{kind}: {error!r}")
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.close()


def content(kind: str, name: str, noise: random.Random) -> bytes:
    match kind:
        case "known":
            return b"the same for everybody\n" * 100
        case "zip":
            return zip_of({f"{name}.txt": noise.randbytes(3000).hex().encode()})
        case "program":
            return find("setup.exe").data + name.encode()
        case "worm":
            return find("choke.exe").data + name.encode()
        case _:
            return f"{name} {noise.random()}\n".encode() * noise.randrange(1, 400)


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: str, body: bytes
) -> Answered:
    """Send one request that allows 204, read one answer."""
    upload = kind == "upload"
    name = "setup.exe" if kind in ("program", "worm") else f"{kind}.bin"
    method = "POST" if upload else "GET"
    request = f"{method} http://files.example/{name} HTTP/1.1\r\nHost: files.example\r\n\r\n"
    response = "" if upload else "HTTP/1.1 200 OK\r\nContent-Type: application/x-thing\r\n\r\n"
    parts = f"req-hdr=0, res-hdr={len(request)}, res-body={len(request + response)}"
    if upload:
        parts = f"req-hdr=0, req-body={len(request)}"
    service = "reqmod" if upload else "respmod"
    head = (
        f"{service.upper()} icap://127.0.0.1/{service} ICAP/1.0\r\nHost: 127.0.0.1\r\n"
        f"Allow: 204\r\nEncapsulated: {parts}\r\n\r\n{request}{response}"
    )
    began = time.monotonic()
    writer.write(head.encode() + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
    async with asyncio.timeout(ANSWER_SECONDS):
        answer = await reader.readuntil(b"\r\n\r\n")
        fields = dict(
            line.split(": ", 1) for line in answer.decode("latin-1").split("\r\n")[1:] if line
        )
        status = int(answer[9:12])
        page = b""
        if status == 200:
            page = await reader.readuntil(b"\r\n\r\n")
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readexactly(2)
    blocked = page.startswith(b"HTTP/1.1 403")
    transfer = fields.get("X-Douane-Transfer", "")
    return Answered(kind, began, time.monotonic(), status, fields["ISTag"], transfer, blocked)


async def ask_anew(port: int, body: bytes) -> Answered:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await ask(reader, writer, "specimen", body)
    finally:
        writer.close()
