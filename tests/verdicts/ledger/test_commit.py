"""Group commit: what waits together, what is tried again, what is refused."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from verdicts.ledger import commit
from verdicts.ledger.commit import Arrival, GroupCommit
from verdicts.ledger.entry import Entry, encode
from verdicts.ledger.intake import Outcome
from verdicts.ledger.keeping import Keeper
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.settings import DEFAULT_EVENTS
from verdicts.ledger.store import Writer
from verdicts.model import VerdictRecord
from verdicts.record import id_bytes

MakeRecord = Callable[..., VerdictRecord]
MakeEntry = Callable[..., Entry]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


class Front:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.stored: list[bytes] = []
        self.refused: list[bytes] = []
        self.told = asyncio.Event()

    def settle(self, stored: Sequence[bytes], refused: Sequence[bytes]) -> None:
        self.stored += stored
        self.refused += refused
        self.told.set()


def arrival(record: VerdictRecord, front: Front) -> Arrival:
    return Arrival(id_bytes(record.transfer.id), encode(record), front)


@asynccontextmanager
async def committing(url: str) -> AsyncIterator[tuple[GroupCommit, list[Outcome]]]:
    outcomes: list[Outcome] = []
    keeper = Keeper(url, DEFAULT_EVENTS, outcomes.append)
    group = GroupCommit(keeper, lambda: None)
    await keeper.open()
    running = asyncio.create_task(group.run())
    yield group, outcomes
    group.stop()
    await running
    await keeper.close()


async def told(front: Front) -> None:
    async with asyncio.timeout(10):
        await front.told.wait()


async def test_urgent_record_does_not_wait(
    url: str, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "WAIT_SECONDS", 3600)
    front, reader = Front(), Reader(url)
    async with committing(url) as (group, _):
        group.add(arrival(make_record(1), front), urgent=False)
        group.add(arrival(make_record(2), front), urgent=True)
        await told(front)
        assert front.stored == [id_bytes(make_record(n).transfer.id) for n in (1, 2)]
        assert reader.get(make_record(2).transfer.id) is not None
    reader.close()


async def test_others_wait_a_moment_for_company(url: str, make_record: MakeRecord) -> None:
    front = Front()
    async with committing(url) as (group, outcomes):
        for number in range(50):
            group.add(arrival(make_record(number), front), urgent=False)
            await asyncio.sleep(0)
        await told(front)
        assert [len(outcome.new) for outcome in outcomes] == [50]
        assert (group.queued, group.queued_bytes) == (0, 0)


async def test_allowed_record_is_on_disk_within_a_second(url: str, make_record: MakeRecord) -> None:
    front, reader, took = Front(), Reader(url), []
    async with committing(url) as (group, _):
        for number in range(3):  # a busy machine may pause in one
            front.told.clear()
            began = asyncio.get_running_loop().time()
            group.add(arrival(make_record(number), front), urgent=False)
            await told(front)
            took.append(asyncio.get_running_loop().time() - began)
            assert reader.get(make_record(number).transfer.id) is not None
    reader.close()
    assert min(took) < 1


async def test_what_comes_during_a_commit_waits_for_company_too(
    url: str, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    loop, write = asyncio.get_running_loop(), Writer.write
    writing, arrived, front = asyncio.Event(), threading.Event(), Front()

    def slow(writer: Writer, entries: Sequence[Entry]) -> list[Entry]:
        loop.call_soon_threadsafe(writing.set)
        arrived.wait(10)
        return write(writer, entries)

    monkeypatch.setattr(Writer, "write", slow)
    monkeypatch.setattr(commit, "WAIT_SECONDS", 3600)
    async with committing(url) as (group, outcomes):
        group.add(arrival(make_record(0), front), urgent=True)
        await writing.wait()
        group.add(arrival(make_record(1), front), urgent=False)
        arrived.set()
        await until(lambda: len(outcomes) == 1)
        await asyncio.sleep(5 * commit.PAUSE_SECONDS)
        group.add(arrival(make_record(2), front), urgent=True)
        await until(lambda: len(outcomes) == 2)
        assert [len(outcome.new) for outcome in outcomes] == [1, 2]


async def test_urgent_records_in_quick_succession_share_a_group(
    url: str, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    pausing, over, front = asyncio.Event(), asyncio.Event(), Front()

    async def pause(seconds: float) -> None:
        if seconds > 0:
            pausing.set()
            await over.wait()

    monkeypatch.setattr(commit, "sleep", pause)
    monkeypatch.setattr(commit, "PAUSE_SECONDS", 3600)
    async with committing(url) as (group, outcomes):
        group.add(arrival(make_record(0), front), urgent=True)
        await until(lambda: len(outcomes) == 1)
        group.add(arrival(make_record(1), front), urgent=True)
        await pausing.wait()
        for number in (2, 3):
            group.add(arrival(make_record(number), front), urgent=True)
        over.set()
        await until(lambda: len(front.stored) == 4)
        assert [len(outcome.new) for outcome in outcomes] == [1, 3]


async def test_large_queue_is_cut_into_groups(
    url: str, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "GROUP_RECORDS", 10)
    monkeypatch.setattr(commit, "WAIT_SECONDS", 3600)
    front = Front()
    async with committing(url) as (group, outcomes):
        for number in range(25):
            group.add(arrival(make_record(number), front), urgent=False)
        async with asyncio.timeout(10):
            while len(front.stored) < 25:
                front.told.clear()
                await front.told.wait()
        assert [len(outcome.new) for outcome in outcomes] == [10, 10, 5]


async def test_stop_with_a_broken_database_ends_without_telling_anybody(
    url: str, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(writer: Writer, entries: Sequence[Entry]) -> list[Entry]:
        raise OperationalError("disk full", None, Exception())

    monkeypatch.setattr(Writer, "write", failing)
    front = Front()
    async with asyncio.timeout(10), committing(url) as (group, _):
        group.add(arrival(make_record(1), front), urgent=True)
    assert front.stored == front.refused == []


async def test_bad_records_are_refused_and_the_others_stored(
    url: str, make_record: MakeRecord
) -> None:
    front = Front()
    async with committing(url) as (group, outcomes):
        group.add(Arrival(b"x" * 16, b"no record", front), urgent=False)
        group.add(arrival(make_record(1), front), urgent=True)
        await told(front)
        assert front.stored == [id_bytes(make_record(1).transfer.id)]
        assert front.refused == [b"x" * 16]
        assert outcomes[0].refused == {b"x" * 16}


async def test_what_waits_is_written_at_the_stop(
    url: str, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "WAIT_SECONDS", 3600)
    front = Front()
    async with committing(url) as (group, _):
        group.add(arrival(make_record(1), front), urgent=False)
    assert len(front.stored) == 1


async def test_what_is_given_up_at_the_stop_is_said(
    url: str, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    """Their front may have been killed since, and then nobody else knows of them."""

    def away(*_: object) -> list[Entry]:
        raise OperationalError("gone", None, Exception())

    monkeypatch.setattr(Writer, "write", away)
    with capture_logs() as lines:
        async with committing(url) as (group, _):
            for number in range(3):
                group.add(arrival(make_record(number), Front()), urgent=True)
            await until(lambda: bool(lines))
    (line,) = (one for one in lines if one["event"] == "ledger.records_not_kept")
    assert line["records"] == 3
