"""One at a time, told while they wait, refused at the end."""

import asyncio

import pytest

from douane.rulesets import turn as module
from douane.rulesets.turn import Turn
from verdicts.rulesets.orders import OrderRefused


async def test_one_at_a_time_in_order() -> None:
    turn, order = Turn(), list[int]()

    async def take(number: int) -> None:
        async with turn.taken():
            order.append(number)
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*map(take, range(3)))
    assert order == [0, 0, 1, 1, 2, 2]


async def test_who_waits_is_told_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SOON_SECONDS", 0.01)
    monkeypatch.setattr(module, "STILL_SECONDS", 0.01)
    turn, said, waits = Turn(), list[str](), asyncio.Event()

    def say(line: str) -> None:
        said.append(line)
        if line == "still waiting":
            waits.set()

    async def wait() -> None:
        async with turn.taken(say):
            pass

    async with turn.taken(said.append):
        assert said == []
        waiting = asyncio.create_task(wait())
        await waits.wait()
    await waiting
    assert said[:2] == [
        "something else is being changed; this waits for its turn",
        "still waiting",
    ]


async def test_a_short_wait_is_not_worth_a_word() -> None:
    turn, said = Turn(), list[str]()

    async def wait() -> None:
        async with turn.taken(said.append):
            pass

    async with turn.taken():
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
    await waiting
    assert said == []


async def test_at_the_end_nobody_begins() -> None:
    turn = Turn()

    async def wait() -> None:
        async with turn.taken():
            raise AssertionError("it began")

    async with turn.taken():
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        turn.close()
    with pytest.raises(OrderRefused, match="the service stops"):
        await waiting
    with pytest.raises(OrderRefused):
        await wait()


async def test_a_fault_gives_the_turn_back() -> None:
    turn = Turn()
    with pytest.raises(ZeroDivisionError):
        async with turn.taken():
            raise ZeroDivisionError
    async with turn.taken():
        pass
