"""Where records are safe: the database, and the journal while it is away."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from verdicts.ledger import keeping
from verdicts.ledger.entry import Entry, encode
from verdicts.ledger.intake import Outcome
from verdicts.ledger.journal import Journal, JournalFull, Kept
from verdicts.ledger.keeping import Keeper
from verdicts.ledger.reading.queries import Filters, Reader
from verdicts.ledger.settings import DEFAULT_EVENTS
from verdicts.ledger.store import Writer
from verdicts.model import VerdictRecord
from verdicts.record import id_bytes

MakeRecord = Callable[..., VerdictRecord]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


class Fault:
    """Makes the database fail, or hang, while it is `there`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.there = False
        self.hang: threading.Event | None = None
        write = Writer.write

        def writing(writer: Writer, entries: Sequence[Entry]) -> list[Entry]:
            if self.hang is not None:
                self.hang.wait(20)
            if self.there:
                raise OperationalError("disk full", None, Exception())
            return write(writer, entries)

        monkeypatch.setattr(Writer, "write", writing)


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Fault:
    monkeypatch.setattr(keeping, "RETRY_SECONDS", (0.01,))
    return Fault(monkeypatch)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal", 1024 * 1024)


@asynccontextmanager
async def running(url: str, journal: Journal | None) -> AsyncIterator[tuple[Keeper, list[Outcome]]]:
    outcomes: list[Outcome] = []
    keeper = Keeper(url, DEFAULT_EVENTS, outcomes.append, journal)
    await keeper.open()
    yield keeper, outcomes
    await keeper.close()


@asynccontextmanager
async def running_later(url: str, journal: Journal) -> AsyncIterator[Keeper]:
    """As a ledger that cannot keep anything yet."""
    keeper = Keeper(url, DEFAULT_EVENTS, lambda _: None, journal)
    opening = asyncio.create_task(keeper.open())
    yield keeper
    await keeper.close()
    await opening


@pytest.fixture
def kept(make_record: MakeRecord) -> Callable[[int], list[Kept]]:
    def one(number: int) -> list[Kept]:
        record = make_record(number)
        return [(id_bytes(record.transfer.id), encode(record))]

    return one


Make = Callable[[int], list[Kept]]


def stored(url: str) -> int:
    reader = Reader(url)
    count = len(reader.page(Filters(), 1000).data)
    reader.close()
    return count


async def test_without_a_journal_it_is_tried_until_it_is_stored(
    url: str, kept: Make, fault: Fault, until: Until
) -> None:
    async with running(url, None) as (keeper, outcomes):
        fault.there = True
        waiting = asyncio.create_task(keeper.keep(kept(1)))
        await until(lambda: keeper.failures > 2)
        assert (keeper.writable, keeper.keeping, waiting.done()) == (False, False, False)
        assert not outcomes
        fault.there = False
        outcome = await waiting
        assert outcome is not None
        assert len(outcome.new) == 1
        assert keeper.writable


async def test_what_the_journal_has_is_safe_and_stored_later_in_order(
    url: str, kept: Make, fault: Fault, journal: Journal, until: Until
) -> None:
    async with running(url, journal) as (keeper, outcomes):
        await keeper.keep(kept(1))
        fault.there = True
        with capture_logs() as lines:
            for number in (2, 3, 4):
                assert await keeper.keep(kept(number)) == Outcome((), frozenset())
            assert keeper.keeping
            assert (keeper.writable, journal.records, stored(url)) == (False, 3, 1)
            fault.there = False
            await until(lambda: keeper.writable)
        await keeper.keep(kept(5))
        assert (journal.records, stored(url)) == (0, 5)
    new = [entry.verdict.id for outcome in outcomes for entry in outcome.new]
    assert new == [kept(number)[0][0] for number in (1, 2, 3, 4, 5)]
    events = [line["event"] for line in lines]
    assert events == ["ledger.database_away", "ledger.database_away_over"]


async def test_a_database_that_hangs_is_not_waited_for(  # noqa: PLR0917
    url: str,
    kept: Make,
    fault: Fault,
    journal: Journal,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "PATIENCE_SECONDS", 0.05)
    async with running(url, journal) as (keeper, outcomes):
        fault.hang = threading.Event()
        assert await keeper.keep(kept(1)) == Outcome((), frozenset())
        assert journal.records == 1
        fault.hang.set()
        await until(lambda: keeper.writable)
        assert stored(url) == 1
    assert sum(len(outcome.new) for outcome in outcomes) == 1, "counted once"


async def test_journal_of_a_former_ledger_comes_first(
    url: str, kept: Make, fault: Fault, journal: Journal, until: Until
) -> None:
    fault.there = True
    async with running(url, journal) as (keeper, _):
        await keeper.keep(kept(1))
        await keeper.keep(kept(2))
    fault.there = False
    async with running(url, journal) as (keeper, outcomes):
        await until(lambda: keeper.writable)
        assert stored(url) == 2
        assert sum(len(outcome.new) for outcome in outcomes) == 2


async def test_journal_that_is_full_makes_wait_and_loses_nothing(
    url: str, kept: Make, fault: Fault, tmp_path: Path, until: Until
) -> None:
    small = Journal(tmp_path / "journal", 2000)
    async with running(url, small) as (keeper, _):
        fault.there = True
        with capture_logs() as lines:
            for number in range(100):
                waiting = asyncio.create_task(keeper.keep(kept(number)))
                if not (await asyncio.wait({waiting}, timeout=0.5))[0]:
                    break
        assert not keeper.keeping
        failed = next(line for line in lines if line["event"] == "ledger.journal_failed")
        assert isinstance(failed["exc_info"], JournalFull)
        assert "raise [database] journal_bytes" in keeper.journal_fault
        fault.there = False
        assert await waiting is not None
        await until(lambda: keeper.writable)
        assert (keeper.keeping, keeper.journal_fault) == (True, "")
        assert stored(url) == number + 1


async def test_journal_that_is_not_wanted_any_more_is_stored_first(  # noqa: PLR0917
    url: str, kept: Make, fault: Fault, journal: Journal, tmp_path: Path, until: Until
) -> None:
    """`journal_bytes = 0` since the last start: nothing of it is left behind, nothing comes in."""
    fault.there = True
    async with running(url, journal) as (keeper, _):
        await keeper.keep(kept(1))
    async with asyncio.timeout(10), running_later(url, Journal(tmp_path / "journal", 0)) as keeper:
        await until(lambda: keeper.failures > 1)
        assert not keeper.keeping
        fault.there = False
        await until(lambda: keeper.writable)
        assert stored(url) == 1


async def test_journal_that_cannot_be_read_is_an_alarm_and_no_end(  # noqa: PLR0917
    url: str,
    kept: Make,
    fault: Fault,
    journal: Journal,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault.there = True
    async with running(url, journal) as (keeper, _):
        await keeper.keep(kept(1))

    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    fault.there = False
    monkeypatch.setattr(journal, "oldest", broken)
    async with asyncio.timeout(10), running_later(url, journal) as keeper:
        await until(lambda: bool(keeper.journal_fault))
        assert keeper.journal_fault == "Nothing more goes into it: Input/output error."


async def test_unreadable_records_are_refused_by_the_journal_too(
    url: str, kept: Make, fault: Fault, journal: Journal
) -> None:
    async with running(url, journal) as (keeper, _):
        fault.there = True
        outcome = await keeper.keep([(b"x" * 16, b"no record"), *kept(1)])
        assert outcome is not None
        assert outcome.refused == {b"x" * 16}
        assert journal.records == 1


async def test_journal_in_use_is_waited_for_while_the_database_serves(  # noqa: PLR0917
    url: str, kept: Make, fault: Fault, journal: Journal, tmp_path: Path, until: Until
) -> None:
    other = Journal(tmp_path / "journal", 1024 * 1024)
    other.open()
    other.append(kept(1))
    async with running(url, journal) as (keeper, _):
        assert keeper.writable
        await keeper.keep(kept(2))
        assert stored(url) == 1
        other.close()
        await until(lambda: journal.is_open and stored(url) == 2)


@pytest.mark.parametrize("with_journal", [False, True])
async def test_database_that_cannot_be_opened_is_tried_again(
    tmp_path: Path, fault: Fault, journal: Journal, kept: Make, until: Until, *, with_journal: bool
) -> None:
    url = f"sqlite:///{tmp_path}/later/log.sqlite"
    keeper = Keeper(url, DEFAULT_EVENTS, lambda _: None, journal if with_journal else None)
    opening = asyncio.create_task(keeper.open())
    await until(lambda: keeper.failures >= 2)
    assert not keeper.writable
    assert opening.done() == keeper.keeping == with_journal
    (tmp_path / "later").mkdir()
    await until(lambda: keeper.writable)
    await opening
    await keeper.keep(kept(1))
    assert stored(url) == 1
    await keeper.close()


async def test_stop_while_nothing_can_be_kept(url: str, kept: Make, fault: Fault) -> None:
    async with asyncio.timeout(10), running(url, None) as (keeper, _):
        fault.there = True
        waiting = asyncio.create_task(keeper.keep(kept(1)))
        await asyncio.sleep(0)
        keeper.stop()
        assert await waiting is None


async def test_a_failed_use_gets_a_new_connection(url: str) -> None:
    def broken(connection: Connection) -> None:
        raise OperationalError("gone", None, Exception())

    async with running(url, None) as (keeper, _):
        before = await keeper.use(lambda connection: connection)
        with pytest.raises(OperationalError):
            await keeper.use(broken)
        after = await keeper.use(lambda connection: connection)
        assert before.closed
        assert not after.closed
