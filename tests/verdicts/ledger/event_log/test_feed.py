"""The feed: one look for all, everything in order, and honest about a log that is away."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import pytest

from verdicts.ledger.event_log import feed as module
from verdicts.ledger.event_log.events import add_events, events_after, forget_events
from verdicts.ledger.event_log.feed import EventFeed
from verdicts.ledger.questions import EventRow, LogUnavailable
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.store import Writer


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.002)
    monkeypatch.setattr(module, "AWAY_SECONDS", 0.002)


@pytest.fixture
def writer(url: str) -> Iterator[Writer]:
    made = Writer(url)
    yield made
    made.close()


@pytest.fixture
async def feed(url: str, writer: Writer) -> AsyncIterator[EventFeed]:
    reader = Reader(url)
    made = EventFeed(reader)
    async with made.following():
        yield made
    reader.close()


def add(writer: Writer, *numbers: int, kind: str = "shadow", size: int = 0) -> None:
    data = json.dumps({"x": "x" * size})
    with writer.connection().begin():
        rows = [EventRow(number, kind, "", "", data) for number in numbers]
        add_events(writer.connection(), rows)


async def heard(feed: EventFeed, position: int, until: int) -> list[int]:
    """Return the times of all events from the position on, up to the one of that time."""
    times: list[int] = []
    async with asyncio.timeout(20):
        while not times or times[-1] != until:
            batch = await feed.after(position, (), 3)
            position = batch.position
            times += [event.time for event in batch.events]
            if not batch.events:
                await feed.beyond(position, 1)
    return times


async def test_old_ones_then_new_ones(feed: EventFeed, writer: Writer) -> None:
    add(writer, *range(1, 11))
    assert await heard(feed, 0, 10) == list(range(1, 11))
    following = asyncio.create_task(heard(feed, 4, 20))
    for number in range(11, 21):
        add(writer, number)
        await asyncio.sleep(0)
    assert await following == list(range(5, 21))


async def test_new_ones_are_read_once_for_all(
    feed: EventFeed, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = await feed.newest()
    reads: list[int] = []
    real = events_after

    def counted(connection: object, after: int, *rest: object) -> object:
        reads.append(after)
        return real(connection, after, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "events_after", counted)
    followers = [asyncio.create_task(heard(feed, start, 6)) for _ in range(32)]
    for number in range(1, 7):
        add(writer, number)
        assert await feed.beyond(number - 1, 10)
    assert await asyncio.gather(*followers) == [list(range(1, 7))] * 32
    assert len(reads) <= 6


async def test_only_some_kinds(feed: EventFeed, writer: Writer) -> None:
    await feed.newest()
    add(writer, 1, 3)
    add(writer, 2, kind="alarm")
    while await feed.newest() < 3:
        await feed.beyond(2, 1)
    for position in (0, 1):
        batch = await feed.after(position, ("alarm",), 10)
        assert ([event.time for event in batch.events], batch.position) == ([2], 3)


async def test_more_than_it_remembers(
    feed: EventFeed, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBERED_BYTES", 1000)
    monkeypatch.setattr(module, "LOOK_EVENTS", 5)
    start = await feed.newest()
    following = asyncio.create_task(heard(feed, start, 40))
    for first in range(1, 41, 8):  # some at once are too many for a look
        add(writer, *range(first, first + 8), size=150)
        await feed.beyond(first, 5)
    assert await following == list(range(1, 41))
    assert feed._recent_bytes <= 1000


async def test_nothing_comes(feed: EventFeed) -> None:
    assert not await feed.beyond(await feed.newest(), 0.01)


async def test_position_of_a_log_that_is_gone(feed: EventFeed, writer: Writer) -> None:
    add(writer, 1)
    assert await feed.beyond(0, 10)
    batch = await feed.after(1_000_000, (), 10)
    assert (batch.events, batch.position) == ((), 1)


async def test_oldest(feed: EventFeed, writer: Writer) -> None:
    add(writer, 1, 2, 3)
    with writer.connection().begin():
        forget_events(writer.connection(), 1, 0)
    assert await feed.oldest() == 3


async def test_log_that_cannot_be_read() -> None:
    reader = Reader("sqlite:////nonexistent/log.sqlite")
    feed = EventFeed(reader)
    async with feed.following(), asyncio.timeout(10):
        with pytest.raises(LogUnavailable):
            await feed.newest()
        with pytest.raises(LogUnavailable):
            await feed.after(0, (), 10)
        with pytest.raises(LogUnavailable):
            await feed.beyond(0, 9)
    reader.close()


async def test_whatever_a_look_raises_nobody_waits_for_ever(
    feed: EventFeed, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def readable() -> bool:
        try:
            return await feed.newest() >= 0
        except LogUnavailable:
            return False

    async with asyncio.timeout(20):
        with monkeypatch.context() as broken:
            broken.setattr(module, "last_event", lambda _: 1 / 0)
            while await readable():  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0)
        add(writer, 1)
        while not await readable():  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert await heard(feed, 0, 1) == [1]


async def test_looks_only_while_somebody_follows(url: str, writer: Writer) -> None:
    reader = Reader(url)
    feed = EventFeed(reader)
    async with feed.following(), feed.following():
        assert await feed.newest() == 0
    add(writer, 1)
    async with feed.following():
        assert await feed.newest() == 1  # it did not trust what it knew before
    assert feed._looking is None
    reader.close()
