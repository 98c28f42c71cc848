"""Long answers: who takes nothing is dropped, who may no more as well, and the place is free."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from starlette.types import Message

from api import held
from api.held import HeldResponse, Place, patient, still
from api.places import Places
from api.problems import RequestFailed
from verdicts.ledger.questions import LogUnavailable

HTTP = {"type": "http", "asgi": {"spec_version": "2.4"}}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "LOOK_SECONDS", 0.01)


async def pieces() -> AsyncGenerator[bytes, None]:
    while True:
        yield b"x"


async def always() -> bool:
    return True


async def taken_by_nobody(message: Message) -> None:
    await asyncio.Event().wait()


async def receive() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_who_takes_nothing_is_dropped(version: str) -> None:
    places, looks = Places(1), 0

    async def counted() -> bool:
        nonlocal looks
        looks += 1
        with pytest.raises(RequestFailed):
            places.require("b", "stream")
        return True

    response = HeldResponse(pieces(), Place(places, "a", "stream", counted), {}, "text/plain")
    async with asyncio.timeout(20):
        await response({**HTTP, "asgi": {"spec_version": version}}, receive, taken_by_nobody)
    assert looks == held.LOOKS
    places.require("b", "stream")


async def test_a_key_is_looked_at_while_nobody_takes_anything() -> None:
    asked = iter([True, True, False])

    async def holds() -> bool:
        return next(asked)

    with pytest.raises(held.Dropped):
        await patient(taken_by_nobody, holds)({"type": "http.response.body"})
    assert next(asked, None) is None


async def test_the_slow_are_served() -> None:
    sent: list[Message] = []

    async def slow(message: Message) -> None:
        await asyncio.sleep(3 * held.LOOK_SECONDS)
        sent.append(message)

    await patient(slow, always)({"type": "http.response.body"})
    assert len(sent) == 1


async def test_what_send_raises_is_raised() -> None:
    async def gone(_: Message) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await patient(gone, always)({"type": "http.response.body"})


async def test_without_a_place_nothing_is_sent() -> None:
    places = Places(1)
    response = HeldResponse(pieces(), Place(places, "a", "stream", always), {}, "text/plain")
    with places.taken("b", "stream"), pytest.raises(RequestFailed):
        await response(HTTP, receive, taken_by_nobody)


async def test_while_nobody_can_say_the_answer_is_no() -> None:
    async def away() -> bool:
        raise LogUnavailable("away")

    assert not await still(away)
    assert await still(always)
