"""The stream of events: in order, resumed, and over in time."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.responses import StreamingResponse
from starlette.types import Message

from api import event_stream
from api.event_stream import BATCH, RETRY, EventResponse, frame, stream
from verdicts.ledger.events import Event
from verdicts.ledger.keys import list_keys, revoke_key
from verdicts.ledger.new_events import NewEvent, ask_add_events
from verdicts.ledger.queries import Reader
from verdicts.ledger.questions import Role

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "POLL_SECONDS", 0.01)


@pytest.fixture
async def reader(site: Any) -> AsyncIterator[Reader]:
    made = Reader(site.place.url)
    yield made
    made.close()


async def add(site: Any, *numbers: int, kind: str = "shadow") -> None:
    new = [NewEvent(number, kind, "r1", "", {"n": number}) for number in numbers]
    await asyncio.to_thread(ask_add_events, site.place.socket, new)


def follow(site: Any, reader: Reader, *kinds: str, after: int | None = None) -> Any:
    key = next(key for key in list_keys(site.place) if key.role is Role.VIEWER)
    return stream(reader, key, kinds, after, site.closing)


async def numbers(found: AsyncIterator[bytes], count: int) -> list[int]:
    """Return the numbers of the next events, at least `count`."""
    seen: list[int] = []
    while len(seen) < count:
        async with asyncio.timeout(10):
            piece = await anext(found)
        lines = piece.decode().split("\n")
        seen += [json.loads(line[6:])["data"]["n"] for line in lines if line.startswith("data:")]
    return seen


async def test_all_that_are_kept_then_new_ones(site: Any, reader: Reader) -> None:
    await add(site, *range(BATCH + 10))
    async with aclosing(follow(site, reader, after=0)) as found:
        assert await anext(found) == RETRY
        assert await numbers(found, BATCH + 10) == list(range(BATCH + 10))
        await add(site, 100, 101)
        assert await numbers(found, 2) == [100, 101]


async def test_resumed(site: Any, reader: Reader) -> None:
    await add(site, 1, 2, 3)
    async with aclosing(follow(site, reader, after=2)) as found:
        assert await numbers(found, 1) == [3]


async def test_only_new_ones(site: Any, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.01)
    await add(site, 1, 2)
    async with aclosing(follow(site, reader)) as found:
        assert [await anext(found), await anext(found)] == [RETRY, b":\n\n"]
        await add(site, 3)
        assert await numbers(found, 1) == [3]


async def test_kinds(site: Any, reader: Reader) -> None:
    await add(site, 1, kind="ruleset")
    await add(site, 2)
    await add(site, 3, kind="retroactive")
    async with aclosing(follow(site, reader, "ruleset", "retroactive", after=0)) as found:
        assert await numbers(found, 2) == [1, 3]


async def test_number_of_a_log_that_is_gone(
    site: Any, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was replaced: its numbers begin anew, and waiting for a million is no use."""
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.01)
    await add(site, 1)
    async with aclosing(follow(site, reader, after=1_000_000)) as found:
        assert [await anext(found), await anext(found)] == [RETRY, b":\n\n"]
        await add(site, 2)
        assert await numbers(found, 1) == [2]


async def test_revoked_key_hears_no_more(site: Any, reader: Reader) -> None:
    found = follow(site, reader, after=0)
    await anext(found)
    revoke_key(site.place, site.keys[Role.VIEWER][:11], datetime.now(UTC))
    await add(site, 1)
    async with asyncio.timeout(10):
        assert [piece async for piece in found] == []


async def test_log_that_cannot_be_read_ends_it(site: Any) -> None:
    broken = Reader("sqlite:////nonexistent/log.sqlite")
    assert [piece async for piece in follow(site, broken, after=0)] == [RETRY]
    broken.close()


async def test_end_of_the_service_ends_it(site: Any, reader: Reader) -> None:
    found = follow(site, reader)
    await anext(found)
    rest = asyncio.create_task(anext(found, b""))
    site.closing.set()
    async with asyncio.timeout(10):
        assert await rest == b""


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


async def test_client_that_goes_gives_its_place_back(site: Any, reader: Reader) -> None:
    places = asyncio.Semaphore(1)
    response = EventResponse(follow(site, reader), places)
    started = asyncio.Event()

    async def receive() -> Message:
        await started.wait()
        assert places.locked()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            started.set()

    assert isinstance(response, StreamingResponse)
    async with asyncio.timeout(10):
        await response({"type": "http"}, receive, send)
    assert not places.locked()
