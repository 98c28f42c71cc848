"""The front's side: nothing lost, nothing doubled, bounded memory."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import cast

import pytest

from verdicts.ledger import client, commit, connection, pending
from verdicts.ledger.client import LedgerClient
from verdicts.ledger.frames import FrameReader, Kind, pack
from verdicts.ledger.pending import Unrecorded
from verdicts.ledger.questions import ask_state
from verdicts.ledger.reading.queries import Filters, Reader
from verdicts.ledger.state import SeenFront
from verdicts.model import VerdictRecord
from verdicts.record import as_row
from verdicts.status import FrontStatus

MakeRecord = Callable[..., VerdictRecord]
Until = Callable[[Callable[[], bool]], Awaitable[None]]
RunLedger = Callable[[], AbstractAsyncContextManager[None]]
STATUS = FrontStatus(1, 42, "up", "", "fildes", "", 2, 2, (), "", "", 0, 0, 0)


Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(place: Path, speak: Speak) -> AsyncIterator[None]:
    """Let a scripted ledger listen; leave once all its connections are closed."""
    open_now: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now.add(cast("asyncio.Task[None]", asyncio.current_task()))
        try:
            await speak(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async with await asyncio.start_unix_server(connected, str(place), limit=1024):
        yield
        await asyncio.gather(*open_now)


@pytest.fixture
async def front(place: Path) -> AsyncIterator[LedgerClient]:
    made = LedgerClient(place, "n0")
    made.start()
    yield made
    await made.stop()


def stored(url: str) -> list[str]:
    reader = Reader(url)
    rows = reader.page(Filters(), 1000).data
    reader.close()
    return sorted(str(row["id"]) for row in rows)


def ids(make_record: MakeRecord, *numbers: int) -> list[str]:
    return sorted(make_record(number).transfer.id for number in numbers)


@pytest.mark.usefixtures("ledger")
async def test_durable_record_does_not_wait_for_the_ledgers_leisure(
    front: LedgerClient, make_record: MakeRecord, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LEISURE_SECONDS", 3600)
    monkeypatch.setattr(commit, "WAIT_SECONDS", 3600)
    async with asyncio.timeout(4):
        for number in (1, 3, 5):
            await front.record(make_record(number), durable=False)
            await asyncio.to_thread(ask_state, place)  # by now the ledger has read it, and rests
            await front.record(make_record(number + 1), durable=True)
    assert front.pending == 0


@pytest.mark.usefixtures("ledger")
async def test_record_now_hands_over_at_once_or_says_no(
    url: str, front: LedgerClient, make_record: MakeRecord, until: Until
) -> None:
    assert front.record_now(make_record(1))
    front._disconnect()
    assert not front.record_now(make_record(2))
    await until(lambda: front.pending == 0)
    assert stored(url) == ids(make_record, 1)


@pytest.mark.usefixtures("ledger")
async def test_durable_record_is_in_the_log_on_return(
    url: str, front: LedgerClient, make_record: MakeRecord
) -> None:
    record = dataclasses.replace(make_record(1), node="")
    await front.record(record, durable=True)
    reader = Reader(url)
    row = reader.get(record.transfer.id)
    reader.close()
    assert row == as_row(dataclasses.replace(record, node="n0"))
    assert front.pending == 0


@pytest.mark.usefixtures("ledger")
async def test_other_records_arrive_soon(
    url: str, front: LedgerClient, make_record: MakeRecord, until: Until
) -> None:
    for number in range(200):
        await front.record(make_record(number), durable=False)
    assert front.pending > 0
    await until(lambda: not front.pending)
    assert stored(url) == ids(make_record, *range(200))


async def test_records_made_before_the_ledger_runs(
    url: str, front: LedgerClient, make_record: MakeRecord, run_ledger: RunLedger
) -> None:
    waiting = [
        asyncio.create_task(front.record(make_record(number), durable=number == 3))
        for number in range(4)
    ]
    async with run_ledger():
        await asyncio.gather(*waiting)
        assert stored(url) == ids(make_record, 0, 1, 2, 3)


async def test_ledger_that_comes_back(
    url: str, front: LedgerClient, make_record: MakeRecord, run_ledger: RunLedger, until: Until
) -> None:
    async with run_ledger():
        await front.record(make_record(0), durable=True)
    waiting = [
        asyncio.create_task(front.record(make_record(number), durable=False)) for number in (1, 2)
    ]
    async with run_ledger():
        await asyncio.gather(*waiting)
        await front.record(make_record(3), durable=True)
        await until(lambda: not front.pending)
        assert stored(url) == ids(make_record, 0, 1, 2, 3)


async def test_answer_waits_for_a_ledger_that_is_replaced(
    front: LedgerClient, make_record: MakeRecord, run_ledger: RunLedger
) -> None:
    """Else the record were only in our memory, and died with us."""
    waiting = asyncio.create_task(front.record(make_record(1), durable=False))
    done, _ = await asyncio.wait({waiting}, timeout=0.05)
    assert not done
    async with run_ledger():
        await waiting


async def test_without_a_ledger_every_wait_has_an_end(
    place: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "DURABLE_SECONDS", 0.01)
    monkeypatch.setattr(client, "STOP_SECONDS", 0.01)
    front = LedgerClient(place, "n0")
    front.start()
    async with asyncio.timeout(10):
        await front.record(make_record(1), durable=True)
        assert front.pending == 1
        await front.stop()


@pytest.mark.parametrize("bound", ["PENDING_RECORDS", "PENDING_BYTES"])
async def test_full_memory_makes_the_traffic_wait(  # noqa: PLR0917
    url: str,
    front: LedgerClient,
    make_record: MakeRecord,
    monkeypatch: pytest.MonkeyPatch,
    run_ledger: RunLedger,
    bound: str,
    until: Until,
) -> None:
    monkeypatch.setattr(pending, bound, {"PENDING_RECORDS": 3, "PENDING_BYTES": 1200}[bound])
    monkeypatch.setattr(commit, "WAIT_SECONDS", 0.01)
    tasks = [asyncio.create_task(front.record(make_record(n), durable=False)) for n in range(20)]
    await asyncio.wait(tasks, timeout=0.05)
    assert sum(not task.done() for task in tasks) >= 10
    assert front.pending <= 4
    async with run_ledger():
        async with asyncio.timeout(20):
            await asyncio.gather(*tasks)
        await until(lambda: not front.pending)
        assert stored(url) == ids(make_record, *range(20))


@pytest.mark.usefixtures("ledger")
async def test_status_reaches_the_ledger(place: Path, front: LedgerClient) -> None:
    front.send_status(STATUS)
    fronts: tuple[SeenFront, ...] = ()
    async with asyncio.timeout(10):
        while not fronts:
            fronts = (await asyncio.to_thread(ask_state, place)).fronts
    assert fronts[0].status == STATUS


async def test_status_without_a_ledger_is_dropped(front: LedgerClient) -> None:
    front.send_status(STATUS)
    assert front.pending == 0


async def test_id_that_is_none_is_a_bug_of_the_caller(
    front: LedgerClient, make_record: MakeRecord
) -> None:
    with pytest.raises(ValueError, match=r"fromhex|not a transfer id"):
        await front.record(make_record(1, id="nonsense"), durable=False)
    assert front.pending == 0


async def test_slow_ledger_gets_every_byte_in_order(
    place: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    """The kernel's buffer is full for a while: frames are neither cut nor mixed."""
    monkeypatch.setattr(pending, "DURABLE_SECONDS", 0.01)
    go, got = asyncio.Event(), asyncio.Queue[bytes]()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await go.wait()
        frames = FrameReader()
        while data := await reader.read(65536):
            for kind, payload in frames.feed(data):
                if kind is Kind.RECORD:
                    writer.write(pack(Kind.ACKNOWLEDGED, payload[:16]))
                    got.put_nowait(payload[:16])

    async with listening(place, slow):
        front = LedgerClient(place, "n0")
        front.start()
        count = 1500
        tasks = [
            asyncio.create_task(front.record(make_record(n, url="x" * 1500), durable=False))
            for n in range(count)
        ]
        await asyncio.gather(*tasks)
        front.send_status(STATUS)  # dropped: the ledger is slow
        go.set()
        await until(lambda: not front.pending)
        await front.stop()
    assert got.qsize() == count


@pytest.mark.parametrize("reply", [b"\xff" * 10, pack(Kind.STATUS, b""), pack(Kind.REFUSED, b"x")])
async def test_nonsense_from_the_ledger_means_a_new_connection(
    place: Path, make_record: MakeRecord, reply: bytes
) -> None:
    connections = 0

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        for kind, payload in FrameReader().feed(await reader.read(65536)):
            if kind is Kind.DURABLE_RECORD:
                connections += 1
                writer.write(reply if connections == 1 else pack(Kind.REFUSED, payload[:16]))
        await reader.read()

    async with listening(place, speak):
        front = LedgerClient(place, "n0")
        front.start()
        async with asyncio.timeout(10):
            await front.record(make_record(1), durable=True)
        assert (connections, front.pending) == (2, 0)
        await front.stop()


async def test_who_refuses_hears_of_every_record_that_is_not_kept(
    place: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "DURABLE_SECONDS", 0.01)
    monkeypatch.setattr(pending, "PENDING_RECORDS", 2)
    monkeypatch.setattr(client, "STOP_SECONDS", 0.01)
    front = LedgerClient(place, "n0", refuse=True)
    front.start()
    assert not front.refuses
    for number in range(3):  # the last one finds no room
        with pytest.raises(Unrecorded):
            await front.record(make_record(number), durable=number == 1)
    assert front.refuses
    assert not front.record_now(make_record(4))
    assert (front.pending, front.lost) == (2, 0)
    await front.stop()


async def test_who_goes_on_counts_what_is_lost(
    place: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "DURABLE_SECONDS", 0.01)
    monkeypatch.setattr(pending, "PENDING_RECORDS", 2)
    monkeypatch.setattr(client, "STOP_SECONDS", 0.01)
    front = LedgerClient(place, "n0")
    front.start()
    for number in range(5):
        await front.record(make_record(number), durable=number == 1)
    assert (front.pending, front.lost, front.refuses) == (2, 3, False)
    await front.stop()
