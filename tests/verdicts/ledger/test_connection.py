"""Peers of the ledger: nonsense costs its sender the connection, and nobody else anything."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
import uvloop

from verdicts.ledger import commit, connection
from verdicts.ledger.access.audit_trail import AuditTrail
from verdicts.ledger.desk import Desk
from verdicts.ledger.entry import encode
from verdicts.ledger.frames import PAYLOAD_BYTES, FrameReader, Kind, pack
from verdicts.ledger.questions import ask_state
from verdicts.ledger.reading.queries import Filters, Reader
from verdicts.ledger.server import serve
from verdicts.model import VerdictRecord
from verdicts.record import id_bytes

MakeRecord = Callable[..., VerdictRecord]
Until = Callable[[Callable[[], bool]], Awaitable[None]]
NONSENSE = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"\0" * 100,
    (PAYLOAD_BYTES + 1).to_bytes(4, "big") + b"\x01",
    pack(Kind.RECORD, b"short"),
    pack(Kind.STATUS, b"{}"),
    pack(Kind.STATUS, b'{"front":1e9}'),
    pack(Kind.QUESTION, b'{"ask":"everything"}'),
    pack(Kind.QUESTION, b"\xff"),
    pack(Kind.ACKNOWLEDGED, b"x" * 16),
    pack(Kind.ANSWER, b"{}"),
]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def framed(record: VerdictRecord, kind: Kind = Kind.DURABLE_RECORD) -> bytes:
    return pack(kind, id_bytes(record.transfer.id) + encode(record))


async def read_frame(reader: asyncio.StreamReader) -> tuple[Kind, bytes]:
    frames = FrameReader()
    async with asyncio.timeout(10):
        while True:
            for frame in frames.feed(await reader.read(65536)):
                return frame


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("data", NONSENSE)
async def test_nonsense_closes_that_connection_only(
    place: Path, make_record: MakeRecord, data: bytes
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(place))
    other, speaker = await asyncio.open_unix_connection(str(place))
    writer.write(data)
    async with asyncio.timeout(10):
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    speaker.write(framed(make_record(1)))
    assert await read_frame(other) == (Kind.ACKNOWLEDGED, id_bytes(make_record(1).transfer.id))
    for one in (writer, speaker):
        one.close()


@pytest.mark.usefixtures("ledger")
async def test_record_that_is_none_is_refused_by_its_id(place: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(str(place))
    writer.write(pack(Kind.DURABLE_RECORD, b"x" * 16 + b"no json"))
    assert await read_frame(reader) == (Kind.REFUSED, b"x" * 16)
    writer.close()


@pytest.mark.usefixtures("ledger")
async def test_peer_that_leaves_half_a_frame_loses_only_that(
    url: str, place: Path, make_record: MakeRecord
) -> None:
    _, writer = await asyncio.open_unix_connection(str(place))
    writer.write(framed(make_record(1)) + framed(make_record(2))[:-1])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    other, speaker = await asyncio.open_unix_connection(str(place))
    speaker.write(framed(make_record(3)))
    await read_frame(other)
    speaker.close()
    reader = Reader(url)
    ids = {row["id"] for row in reader.page(Filters(), 10).data}
    reader.close()
    assert ids == {make_record(n).transfer.id for n in (1, 3)}


@pytest.mark.usefixtures("ledger")
async def test_full_queue_stops_reading_until_it_is_written(
    url: str, place: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "QUEUE_BYTES", 1000)
    monkeypatch.setattr(commit, "WAIT_SECONDS", 0.01)
    reader, writer = await asyncio.open_unix_connection(str(place))
    for number in range(300):
        writer.write(framed(make_record(number), Kind.RECORD))
    acknowledged, frames = 0, FrameReader()
    async with asyncio.timeout(20):
        while acknowledged < 300:
            for kind, payload in frames.feed(await reader.read(65536)):
                assert kind is Kind.ACKNOWLEDGED
                acknowledged += len(payload) // 16
    writer.close()
    log = Reader(url)
    assert len(log.page(Filters(), 1000).data) == 300
    log.close()


async def queued(place: Path) -> int:
    return (await asyncio.to_thread(ask_state, place)).queued


@pytest.fixture
def at_leisure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ordinary records are neither read soon nor written."""
    monkeypatch.setattr(connection, "LEISURE_SECONDS", 3600)
    monkeypatch.setattr(commit, "WAIT_SECONDS", 3600)


@pytest.mark.usefixtures("ledger", "at_leisure")
async def test_ordinary_records_are_read_at_leisure_or_at_the_bell(
    place: Path, make_record: MakeRecord
) -> None:
    _, front = await asyncio.open_unix_connection(str(place))
    _, bell = await asyncio.open_unix_connection(str(place))
    front.write(framed(make_record(1), Kind.RECORD))
    async with asyncio.timeout(10):
        while await queued(place) < 1:
            pass
        front.write(framed(make_record(2), Kind.RECORD))
        assert [await queued(place) for _ in range(5)] == [1] * 5
        bell.write(pack(Kind.BELL, b""))
        while await queued(place) < 2:
            pass
    for one in (front, bell):
        one.close()


@pytest.mark.usefixtures("ledger", "at_leisure")
async def test_a_burst_is_read_at_once(
    place: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BURST_BYTES", 1)
    _, front = await asyncio.open_unix_connection(str(place))
    async with asyncio.timeout(10):
        for number in (1, 2, 3):
            front.write(framed(make_record(number), Kind.RECORD))
            while await queued(place) < number:
                pass
    front.close()


@pytest.mark.usefixtures("at_leisure")
def test_what_a_killed_front_left_unread_is_kept(
    url: str, place: Path, make_record: MakeRecord
) -> None:
    """Although an acknowledgement finds it gone: on the event loop of the service, that ends it."""

    async def run() -> None:
        stop, ready = asyncio.Event(), asyncio.Event()
        serving = asyncio.create_task(serve(url, place, ready.set, stop))
        async with asyncio.timeout(20):
            await ready.wait()
        with socket.socket(socket.AF_UNIX) as front:
            front.connect(str(place))
            front.send(framed(make_record(1), Kind.RECORD))
            while await queued(place) < 1:
                pass
            front.send(b"".join(framed(make_record(number), Kind.RECORD) for number in range(2, 9)))
        other, speaker = await asyncio.open_unix_connection(str(place))
        speaker.write(framed(make_record(9)))
        await read_frame(other)
        speaker.close()
        stop.set()
        await serving

    uvloop.run(run())
    log = Reader(url)
    assert len(log.page(Filters(), 100).data) == 9
    log.close()


class Transport(asyncio.Transport):
    """Notes when it is read on."""

    def __init__(self) -> None:
        super().__init__()
        self.resumed: list[float] = []

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        self.resumed.append(time.monotonic())


async def test_each_rest_lasts_its_time(
    tmp_path: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    """Also one that begins after the last was cut short by a commit."""
    monkeypatch.setattr(connection, "LEISURE_SECONDS", 0.1)
    desk = Desk(f"sqlite:///{tmp_path}/log.sqlite", AuditTrail(tmp_path))
    transport, one = Transport(), connection.Connection(desk)
    one.connection_made(transport)
    one.data_received(framed(make_record(1), Kind.RECORD))
    await asyncio.sleep(0.06)
    one.resume()
    started = time.monotonic()
    one.data_received(framed(make_record(2), Kind.RECORD))
    await until(lambda: len(transport.resumed) == 2)
    assert transport.resumed[1] - started > 0.09


@pytest.mark.usefixtures("ledger")
async def test_peer_that_reads_nothing_is_cut_off(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "UNREAD_BYTES", 0)
    _, writer = await asyncio.open_unix_connection(str(place), limit=1)
    question = pack(Kind.QUESTION, b'{"ask":"metrics"}')

    async def ask_on() -> None:
        async with asyncio.timeout(20):
            while True:
                writer.write(question * 50)
                await writer.drain()

    with pytest.raises(ConnectionError):
        await ask_on()
    writer.close()
