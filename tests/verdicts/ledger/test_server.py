"""The ledger as a process: killed at any moment, it loses and doubles nothing."""

import asyncio
import os
import signal
import stat
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from verdicts.ledger import connection
from verdicts.ledger.age.chores import Chores
from verdicts.ledger.age.keeping_settings import PrivacySettings, RetentionSettings
from verdicts.ledger.age.pseudonyms import PSEUDONYM
from verdicts.ledger.client import LedgerClient
from verdicts.ledger.entry import encode
from verdicts.ledger.journal import JOURNAL_FILE, Journal
from verdicts.ledger.questions import LedgerAway, ask_state
from verdicts.ledger.reading.queries import Filters, Reader
from verdicts.ledger.server import serve
from verdicts.model import VerdictRecord
from verdicts.record import id_bytes

MakeRecord = Callable[..., VerdictRecord]
Until = Callable[[Callable[[], bool]], Awaitable[None]]
PROGRAM = """
import asyncio, signal, sys
from pathlib import Path
from verdicts.ledger.server import serve

async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await serve(sys.argv[1], Path(sys.argv[2]), lambda: print("ready", flush=True), stop)

asyncio.run(main())
"""


async def start(url: str, place: Path) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, url, str(place), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        assert b"ready" in await process.stdout.readline()
    return process


async def end(process: asyncio.subprocess.Process, number: int) -> int:
    process.send_signal(number)
    async with asyncio.timeout(30):
        await process.communicate()
    assert process.returncode is not None
    return process.returncode


async def test_killed_under_load(
    url: str, place: Path, make_record: MakeRecord, until: Until
) -> None:
    process = await start(url, place)
    front = LedgerClient(place, "n0")
    front.start()
    durable: list[str] = []
    count = 1200

    async def traffic() -> None:
        for number in range(count):
            record = make_record(number)
            await front.record(record, durable=number % 20 == 0)
            if number % 20 == 0:
                durable.append(record.transfer.id)

    running = asyncio.create_task(traffic())
    for kill_at in (3, 20, 40):
        await until(lambda wanted=kill_at: len(durable) >= wanted)  # type: ignore[misc]
        known = list(durable)
        assert await end(process, signal.SIGKILL) == -signal.SIGKILL
        reader = Reader(url)
        assert all(reader.get(one) for one in known), "on disk before the answer"
        reader.close()
        process = await start(url, place)
    await running
    await front.stop()
    assert front.pending == 0
    assert await end(process, signal.SIGTERM) == 0
    reader = Reader(url)
    page = reader.page(Filters(), 1000)
    rows = page.data + reader.page(Filters(), 1000, page.next).data
    counts = reader.summary(0, 2**53)
    reader.close()
    assert [row["id"] for row in reversed(rows)] == [
        make_record(number).transfer.id for number in range(count)
    ]
    assert counts.transfers == count
    assert counts.bytes == sum(make_record(number).size for number in range(count))


async def test_killed_front_loses_nothing_it_handed_over(
    url: str, place: Path, make_record: MakeRecord
) -> None:
    """What lies in the socket survives the front: the ledger is stopped while it is written."""
    process = await start(url, place)
    front = LedgerClient(place, "n0")
    front.start()
    await front.record(make_record(0), durable=True)
    process.send_signal(signal.SIGSTOP)
    for number in range(1, 50):
        await front.record(make_record(number), durable=False)
    front._disconnect()  # what the kernel does for a killed process
    process.send_signal(signal.SIGCONT)
    assert front.pending == 49
    front._pending._frames.clear()
    await front.stop()
    assert await end(process, signal.SIGTERM) == 0
    reader = Reader(url)
    assert len(reader.page(Filters(), 100).data) == 50
    reader.close()


@pytest.mark.usefixtures("ledger")
async def test_socket_is_for_its_owner_only(place: Path) -> None:
    assert stat.S_IMODE(os.stat(place).st_mode) == 0o600


async def test_mode_of_other_files_is_left_alone(run_ledger: Callable[[], object]) -> None:
    before = os.umask(0o022)
    os.umask(before)
    async with run_ledger():  # type: ignore[attr-defined]
        assert os.umask(before) == before


async def test_socket_left_behind_is_replaced(url: str, place: Path) -> None:
    await end(await start(url, place), signal.SIGKILL)
    with pytest.raises(LedgerAway):
        await asyncio.to_thread(ask_state, place)
    process = await start(url, place)
    assert (await asyncio.to_thread(ask_state, place)).database_writable
    assert await end(process, signal.SIGTERM) == 0


async def test_what_lies_in_the_socket_is_written_at_the_stop(
    url: str,
    place: Path,
    make_record: MakeRecord,
    run_ledger: Callable[[], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "LEISURE_SECONDS", 3600)
    front = LedgerClient(place, "n0")
    async with run_ledger():  # type: ignore[attr-defined]
        front.start()
        await front.record(make_record(0), durable=False)
        await asyncio.to_thread(ask_state, place)  # by now the ledger has read it, and rests
        for number in range(1, 40):
            await front.record(make_record(number), durable=False)
        front._disconnect()
    reader = Reader(url)
    assert len(reader.page(Filters(), 100).data) == 40
    reader.close()
    front._pending._frames.clear()
    await front.stop()


async def test_records_are_written_at_the_stop(
    url: str, place: Path, make_record: MakeRecord, run_ledger: Callable[[], object]
) -> None:
    front = LedgerClient(place, "n0")
    async with run_ledger():  # type: ignore[attr-defined]
        front.start()
        await front.record(make_record(1), durable=False)
        await asyncio.to_thread(ask_state, place)  # by now the ledger has read it
    reader = Reader(url)
    assert len(reader.page(Filters(), 10).data) == 1
    reader.close()
    await front.stop()


async def test_journal_of_former_settings_is_stored(
    sqlite_url: str, place: Path, make_record: MakeRecord
) -> None:
    """This one is to have none (`journal_bytes = 0`), and yet it leaves no gap."""
    former = Journal(place.parent / JOURNAL_FILE, 100_000)
    former.open()
    record = make_record(1)
    former.append([(id_bytes(record.transfer.id), encode(record))])
    former.close()
    process = await start(sqlite_url, place)
    reader = Reader(sqlite_url)
    assert reader.get(record.transfer.id)
    reader.close()
    assert await end(process, signal.SIGTERM) == 0


async def test_record_that_comes_too_late_is_kept_as_an_old_one(
    sqlite_url: str, place: Path, make_record: MakeRecord
) -> None:
    """As from a journal that waited for weeks."""
    chores = Chores(RetentionSettings(verdict_days=0), PrivacySettings(user_days=1), b"k" * 32)
    stop, ready = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve(sqlite_url, place, ready.set, stop, chores=chores))
    async with asyncio.timeout(20):
        await ready.wait()
    front, record = LedgerClient(place, "n0"), make_record(1)
    front.start()
    await front.record(record, durable=True)
    await front.stop()
    reader = Reader(sqlite_url)
    row = reader.get(record.transfer.id)
    reader.close()
    assert row
    assert PSEUDONYM.fullmatch(str(row["user"]))
    stop.set()
    await serving
