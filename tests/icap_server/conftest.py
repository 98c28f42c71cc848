"""The door with everything behind it scripted, a client for it, and a transport that is none."""

import asyncio
import os
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
import uvloop

from icap_server.front import Front
from icap_server.office import Office
from icap_server.payload.channels import Channels
from icap_server.settings import AccessSettings, IcapSettings
from scanners.clamav.engine import Clamav
from scanners.model import Code, Detection, DetectionLevel, Level, Reason, Unscanned
from scanners.worker.pool import ScanPool
from tests.icap_server.doors import Door, Flaky, make_listener
from tests.icap_server.fake_transport import FakeTransport
from tests.icap_server.fronts import LOCAL, PAGE, build_front
from verdicts.cache import VerdictCache
from verdicts.inspect import Inspection
from verdicts.model import Transfer, Verdict, VerdictRecord
from verdicts.policy import Policy
from verdicts.shift import Shift
from verdicts.spool import SpoolSpace

ISTAG = '"istag-of-the-tests"'
POLICY = Path(__file__).parents[2] / "rules" / "policy.toml"
CLEAN = Verdict(Level.CLEAN)
WORM = Detection(Code.SIGNATURE_CLAMAV, "clamav", "Win.Worm.Test-1", DetectionLevel.MALICIOUS)


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The product runs on uvloop, whose transports differ from asyncio's in small ways."""
    return {"uvloop": uvloop.new_event_loop}


class ScriptedInspection(Inspection):
    """All of it is real but the engines: what they find is written in the body."""

    def __init__(self) -> None:
        self.records: list[VerdictRecord] = []
        self.shift = ScriptedShift(self)
        super().__init__(self.shift, VerdictCache(0), self, lambda: ISTAG)
        self.seen: list[bytes] = []
        self.waiting = 0
        self.gate: asyncio.Event | None = None
        """Scans end when it is set; None: at once."""

    async def record(self, record: VerdictRecord, *, durable: bool) -> None:
        self.records.append(record)

    def record_now(self, record: VerdictRecord) -> bool:
        self.records.append(record)
        return True

    async def answer(self, body: bytes) -> Verdict:
        self.seen.append(body)
        if self.gate is not None:
            self.waiting += 1
            await self.gate.wait()
        if b"worm" in body:
            return Verdict(Level.MALICIOUS, (WORM,))
        if b"locked" in body:
            return Verdict(Level.UNKNOWN, unscanned=(Unscanned("zip", Reason.ENCRYPTED),))
        return Verdict(Level.CLEAN)


class ScriptedShift(Shift):
    def __init__(self, inspection: ScriptedInspection) -> None:
        super().__init__("rules", cast(ScanPool, None), cast(Clamav, None), Policy.read(POLICY), 30)
        self._inspection = inspection

    async def scan(
        self, transfer: Transfer, descriptor: int, size: int, started: float, sha256: str = ""
    ) -> Verdict:
        return await self._inspection.answer(os.pread(descriptor, size, 0))


@pytest.fixture
def inspection() -> ScriptedInspection:
    return ScriptedInspection()


@pytest.fixture
def space(tmp_path: Path) -> SpoolSpace:
    return SpoolSpace(tmp_path, 1024 * 1024, 4 * 1024 * 1024, 64 * 1024 * 1024)


@pytest.fixture
def make_office(inspection: ScriptedInspection, space: SpoolSpace) -> Callable[..., Office]:
    """Build an office with these settings of the door; `file_bytes` is the largest file scanned."""

    def make(*, file_bytes: int = 32 * 1024 * 1024, **settings: float) -> Office:
        icap = IcapSettings.model_validate({"echo": True, **settings})
        return Office(icap, inspection, Channels({}), space, file_bytes, lambda: ISTAG, PAGE)

    return make


@dataclass(frozen=True)
class Question:
    """One request, and the HTTP head that an echo of it has to bring back."""

    wire: bytes
    http_head: bytes


def build_question(
    body: bytes | None,
    *fields: str,
    method: str = "RESPMOD",
    service: str = "",
    chunks: Sequence[int] = (),
    http: Sequence[str] = (),
) -> Question:
    """Return a request about a transfer of `body` (None: the message has none).

    `fields` are ICAP's, `http` those of the response, `chunks` the lengths of all but the last.
    """
    request = b"GET http://files.example/data HTTP/1.1\r\nHost: files.example\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\n" + "".join(f"{text}\r\n" for text in http).encode() + b"\r\n"
    part = "null-body" if body is None else f"{method[:3].lower()}-body"
    layout = f"req-hdr=0, res-hdr={len(request)}, {part}={len(request + head)}"
    if method == "REQMOD":
        request, head = b"", request.replace(b"GET", b"PUT")
        layout = f"req-hdr=0, {part}={len(head)}"
    line = f"{method} icap://h/{service or method.lower()} ICAP/1.0"
    lines = "".join(f"{text}\r\n" for text in [line, *fields, f"Encapsulated: {layout}", ""])
    wire = b"" if body is None else encode(body, chunks) + b"0\r\n\r\n"
    return Question(lines.encode() + request + head + wire, head)


def encode(body: bytes, sizes: Sequence[int] = ()) -> bytes:
    """Return `body` as chunks, the last chunk not among them."""
    wire, at = b"", 0
    for size in [*sizes, len(body)]:
        if piece := body[at : at + size]:
            wire += b"%x\r\n%b\r\n" % (len(piece), piece)
        at += size
    return wire


@pytest.fixture(scope="session")
def question() -> Callable[..., Question]:
    return build_question


@pytest.fixture
def make_transport() -> type[FakeTransport]:
    return FakeTransport


@pytest.fixture
def make_front(make_office: Callable[..., Office]) -> Iterator[Callable[..., Front]]:
    """Build a front with these settings of the door; `access` are those of [access]."""
    with ExitStack() as ending:
        yield lambda *, access=None, **settings: build_front(
            make_office(**settings), access or AccessSettings(), ending
        )


class Scene:
    """A front that does not listen, one session of it and the transport between."""

    def __init__(self, front: Front, room: int) -> None:
        self.front = front
        session = front.open(LOCAL)
        assert session is not None
        self.session = session
        self.transport = FakeTransport(self.session, room)
        self.session.connection_made(self.transport)

    @property
    def reply(self) -> bytes:
        return bytes(self.transport.written)

    def statuses(self) -> list[int]:
        """Return the statuses of all replies so far."""
        return [int(status) for status in re.findall(rb"ICAP/1\.0 (\d{3}) ", self.reply)]

    def after(self, seconds: float) -> None:
        """Let the front look at the session that much later."""
        self.session.check(asyncio.get_running_loop().time() + seconds)

    async def turn(self, times: int = 10) -> None:
        for _ in range(times):
            await asyncio.sleep(0)


@pytest.fixture
def make_scene(make_front: Callable[..., Front]) -> Callable[..., Scene]:
    return lambda room=2**40, **settings: Scene(make_front(**settings), room)


@pytest.fixture
async def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene()


@dataclass(frozen=True)
class Answer:
    """One ICAP reply as a client understands it."""

    status: int
    fields: dict[str, str]
    http_head: bytes
    body: bytes | None
    """None if the reply has none."""


class Client:
    """A client's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, request: bytes) -> Answer:
        self.writer.write(request)
        return await self.answer()

    async def answer(self) -> Answer:
        """Read one reply; raise IncompleteReadError if the server closes before its end."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        line, *lines = head[:-4].decode("ascii").split("\r\n")
        assert re.fullmatch(r"ICAP/1\.0 [1-5]\d\d \S.*", line), line
        fields = dict(field.split(": ", 1) for field in lines)
        layout = fields.get("Encapsulated", "null-body=0")
        http_head = await self.reader.readexactly(int(layout.rpartition("=")[2]))
        body = None if "null-body" in layout else await self._body()
        return Answer(int(line[9:12]), fields, http_head, body)

    async def _body(self) -> bytes:
        body = bytearray()
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            body += await self.reader.readexactly(size)
            assert await self.reader.readexactly(2) == b"\r\n"
        assert await self.reader.readexactly(2) == b"\r\n"
        return bytes(body)

    async def rest(self) -> bytes:
        """Return what comes until the server ends the connection."""
        return await asyncio.wait_for(self.reader.read(), 10)

    def vanish(self) -> None:
        """Reset the connection."""
        self.writer.transport.abort()


@dataclass
class Served:
    front: Front
    port: int
    connect: Callable[[], Awaitable[Client]]


@pytest.fixture
async def serve(
    make_front: Callable[..., Front],
) -> AsyncIterator[Callable[..., Awaitable[Served]]]:
    """Start a front with these settings on a free port of the loopback."""
    async with AsyncExitStack() as ending:

        async def start(*, access: AccessSettings | None = None, **settings: float) -> Served:
            front = make_front(access=access, **settings)
            listener = socket.create_server(("127.0.0.1", 0))
            port = listener.getsockname()[1]
            await front.start(listener)

            async def connect() -> Client:
                client = Client(*await asyncio.open_connection("127.0.0.1", port))
                ending.callback(client.vanish)
                return client

            ending.push_async_callback(front.stop)
            return Served(front, port, connect)

        yield start


@pytest.fixture
async def client(serve: Callable[..., Awaitable[Served]]) -> Client:
    """A client of a front with the shipped settings."""
    return await (await serve()).connect()


@pytest.fixture
async def door() -> Door:
    return Door()


@pytest.fixture
def listener() -> Flaky:
    return make_listener()
