"""The stream of events: in order, resumed, and over in time."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from typing import Any

import pytest
from fastapi.responses import StreamingResponse
from starlette.types import Message

from api import event_stream
from api.event_stream import BATCH, RETRY, EventResponse, frame, stream
from api.held import Place
from api.places import Places
from api.problems import RequestFailed
from verdicts.ledger.event_log import feed as feeding
from verdicts.ledger.event_log.event_filter import EventFilter
from verdicts.ledger.event_log.events import Event, forget_events
from verdicts.ledger.event_log.feed import EventFeed
from verdicts.ledger.event_log.new_events import NewEvent, ask_add_events
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.store import Writer

pytestmark = pytest.mark.usefixtures("ledger")
AT_WORMS = 5
"""Events of the site's own transfers: its worms."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(event_stream, "WAIT_SECONDS", 0.01)


@pytest.fixture
async def reader(site: Any) -> AsyncIterator[Reader]:
    made = Reader(site.place.url)
    yield made
    made.close()


@pytest.fixture
def feed(reader: Reader) -> EventFeed:
    return EventFeed(reader)


async def add(site: Any, *numbers: int, kind: str = "shadow", **data: str) -> None:
    new = [NewEvent(number, kind, "r1", "", {"n": number, **data}) for number in numbers]
    await asyncio.to_thread(ask_add_events, site.place.socket, new)


def follow(
    site: Any, feed: EventFeed, after: int | None = None, **wanted: set[str]
) -> AsyncGenerator[bytes, None]:
    async def goes_on() -> bool:
        return not site.closing.is_set()

    chosen = EventFilter(**{name: frozenset(words) for name, words in wanted.items()})
    return stream(feed, chosen, after, goes_on)


async def numbers(found: AsyncIterator[bytes], count: int) -> list[int]:
    """Return the numbers of the next events, at least `count`."""
    seen: list[int] = []
    while len(seen) < count:
        async with asyncio.timeout(10):
            piece = await anext(found)
        lines = piece.decode().split("\n")
        seen += [json.loads(line[6:])["data"]["n"] for line in lines if line.startswith("data:")]
    return seen


async def test_all_that_are_kept_then_new_ones(site: Any, feed: EventFeed) -> None:
    await add(site, *range(BATCH + 10))
    async with aclosing(follow(site, feed, after=AT_WORMS)) as found:
        assert await anext(found) == RETRY
        assert await numbers(found, BATCH + 10) == list(range(BATCH + 10))
        await add(site, 100, 101)
        assert await numbers(found, 2) == [100, 101]


async def test_resumed(site: Any, feed: EventFeed) -> None:
    await add(site, 1, 2, 3)
    async with aclosing(follow(site, feed, after=AT_WORMS + 2)) as found:
        assert await numbers(found, 1) == [3]


async def test_only_new_ones(site: Any, feed: EventFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.01)
    await add(site, 1, 2)
    async with aclosing(follow(site, feed)) as found:
        assert [await anext(found), await anext(found)] == [RETRY, b":\n\n"]
        await add(site, 3)
        assert await numbers(found, 1) == [3]


async def test_kinds(site: Any, feed: EventFeed) -> None:
    await add(site, 1, kind="ruleset")
    await add(site, 2)
    await add(site, 3, kind="retroactive")
    async with aclosing(follow(site, feed, 0, kinds={"ruleset", "retroactive"})) as found:
        assert await numbers(found, 2) == [1, 3]


async def test_number_of_a_log_that_is_gone(site: Any, feed: EventFeed) -> None:
    """The database was replaced: its numbers begin anew, and waiting for a million is no use.

    What it has may have come since then, and is not passed over in silence.
    """
    await add(site, 1)  # behind five of transfers
    async with aclosing(follow(site, feed, after=1_000_000)) as found:
        assert await anext(found) == RETRY
        assert await anext(found) == b'id: 6\nevent: gap\ndata: {"from": 1, "to": 6}\n\n'
        await add(site, 2)
        assert await numbers(found, 1) == [2]


async def test_of_what_was_done_and_where(site: Any, feed: EventFeed) -> None:
    await add(site, 1, action="block", channel="telegram")
    await add(site, 2, action="allow", channel="telegram")
    await add(site, 3, action="block", channel="discord")
    wanted = {"actions": {"block"}, "channels": {"telegram"}}
    async with aclosing(follow(site, feed, AT_WORMS, **wanted)) as found:
        assert await numbers(found, 1) == [1]
        await add(site, 4, action="block", channel="telegram")
        assert await numbers(found, 1) == [4]


async def test_what_is_kept_no_more_is_told_of(site: Any, feed: EventFeed) -> None:
    await add(site, 1, 2, 3)
    writer = Writer(site.place.url)
    with writer.connection().begin():
        forget_events(writer.connection(), 2, 0)
    writer.close()
    async with aclosing(follow(site, feed, after=3)) as found:
        assert await anext(found) == RETRY
        assert await anext(found) == b'id: 6\nevent: gap\ndata: {"from": 4, "to": 6}\n\n'
        assert await numbers(found, 2) == [2, 3]
    for whole in (0, 6):  # asks for all there are, or saw the last that is gone
        async with aclosing(follow(site, feed, after=whole)) as found:
            assert await anext(found) == RETRY
            assert await numbers(found, 2) == [2, 3]


async def test_many_clients_hear_of_it_at_once(
    site: Any, feed: EventFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As shipped: within a third of a second of the commit, all 32 of them."""
    monkeypatch.setattr(feeding, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(event_stream, "WAIT_SECONDS", 0.5)
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(aclosing(follow(site, feed, AT_WORMS)))
            for _ in range(32)
        ]
        await add(site, 0)
        for found in streams:
            assert await numbers(found, 1) == [0]
        hearing = [asyncio.create_task(numbers(found, 1)) for found in streams]
        await add(site, 1)
        async with asyncio.timeout(3):  # ten times what it takes here: this is no benchmark
            assert await asyncio.gather(*hearing) == [[1]] * 32


async def test_log_that_cannot_be_read_ends_it(site: Any) -> None:
    broken = Reader("sqlite:////nonexistent/log.sqlite")
    async with asyncio.timeout(10):
        assert [piece async for piece in follow(site, EventFeed(broken), after=0)] == [RETRY]
    broken.close()


async def test_end_of_the_service_ends_it(site: Any, feed: EventFeed) -> None:
    found = follow(site, feed)
    await anext(found)
    site.closing.set()
    async with asyncio.timeout(10):
        assert await anext(found, b"") == b""


def test_frame_is_lines() -> None:
    made = frame(Event(7, 0, "feedback", "r1", "", '{"reason":"a\\nb\\u2028"}')).decode()
    head, kind, data, *rest = made.split("\n")
    assert (head, kind, rest) == ("id: 7", "event: feedback", ["", ""])
    assert json.loads(data.removeprefix("data: ")) == {
        "id": 7,
        "time": "1970-01-01T00:00:00.000000Z",
        "kind": "feedback",
        "ruleset": "r1",
        "verdict": None,
        "data": {"reason": "a\nb\u2028"},
    }


async def test_client_that_goes_gives_its_place_back(site: Any, feed: EventFeed) -> None:
    places = Places(1)
    place = Place(places, "dk_12345678", "stream", never)
    response = EventResponse(follow(site, feed), place)
    started = asyncio.Event()

    async def receive() -> Message:
        await started.wait()
        with pytest.raises(RequestFailed):
            places.require("dk_other000", "stream")
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            started.set()

    assert isinstance(response, StreamingResponse)
    async with asyncio.timeout(10):
        await response({"type": "http"}, receive, send)
    places.require("dk_other000", "stream")


async def never() -> bool:
    return False
