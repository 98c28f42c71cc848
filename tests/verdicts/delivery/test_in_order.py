"""Delivery in order: batches, patience, and a letter that nobody will ever take."""

import asyncio
from typing import Any

import pytest

from tests.verdicts.delivery.doubles import SenderDouble, at_work, chosen
from verdicts.delivery import in_order
from verdicts.delivery.in_order import InOrder
from verdicts.delivery.sender import LetterRefused, ReceiverAway
from verdicts.ledger.event_log.events import events_after
from verdicts.ledger.event_log.new_events import NewEvent, ask_add_events


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_order, "FIRST_PAUSE", 0.002)
    monkeypatch.setattr("verdicts.delivery.book.SAVE_SECONDS", 0.01)


async def test_everything_in_batches_and_new_ones_soon(log: Any, until: Any) -> None:
    sender = SenderDouble(most=4)
    await log.book().open()
    await log.add(*range(1, 11))
    async with at_work(InOrder(chosen(), sender, log.book(), log.feed)):
        await until(lambda: len(sender.taken) == 10)
        await log.add(11)
        await until(lambda: len(sender.taken) == 11)
    assert sender.taken == list(range(1, 12))
    assert sender.tried[0] == [1, 2, 3, 4]
    assert (await log.book().open()).position == 11


async def test_nothing_overtakes_while_it_is_away(log: Any, until: Any) -> None:
    sender = SenderDouble(most=2, faults=[ReceiverAway("x")] * 5)
    await log.book().open()
    await log.add(1, 2, 3)
    async with at_work(InOrder(chosen(), sender, log.book(), log.feed)):
        await until(lambda: sender.taken == [1, 2, 3])
    assert sender.tried == [[1, 2]] * 6 + [[3]]


async def test_one_that_is_refused_does_not_stop_the_others(log: Any, until: Any) -> None:
    sender = SenderDouble(refuses={2: LetterRefused("400")})
    await log.book().open()
    await log.add(1, 2, 3)
    async with at_work(InOrder(chosen(), sender, log.book(), log.feed)):
        await until(lambda: sender.taken == [1, 3])
    assert sender.tried[:4] == [[1, 2, 3], [1], [2], [3]]


async def test_who_refuses_everything_raises_one_alarm(log: Any, until: Any) -> None:
    """Not one for each event, nor one about each alarm, and so on for ever."""
    sender = SenderDouble(most=4, fault=LetterRefused("400"))
    await log.book().open()
    await log.add(1, 2, 3, kind="ruleset")
    await log.add(4, 5)
    settings = chosen(kinds=("alarm", "ruleset"))
    async with at_work(InOrder(settings, sender, log.book(), log.feed)):
        await until(lambda: len({name for names in sender.tried for name in names}) == 6)
        await asyncio.sleep(0.2)
    with log.reader.connect() as connection:
        told = [event.data for event in events_after(connection, 5, (), 99)]
    assert len(told) == 1
    assert "It refused event 1: 400" in told[0]


async def test_large_verdicts_come_a_few_at_once(
    log: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order, and all of them; of one that alone is too much, that one."""
    monkeypatch.setattr("verdicts.delivery.book.LETTER_BYTES", 250)
    about = "0192f3a4-0000-7000-8000-000000000001"
    monkeypatch.setattr(log.reader, "get", lambda id: {"id": id, "x": "x" * 60})
    sender = SenderDouble(most=5, whole_verdicts=True)
    await log.book().open()
    found: dict[str, object] = {"level": "malicious"}
    events = [NewEvent(number, "verdict", "", about, found) for number in range(1, 8)]
    await asyncio.to_thread(ask_add_events, log.ledger, events)
    async with at_work(InOrder(chosen(kinds=("verdict",)), sender, log.book(), log.feed)):
        await until(lambda: len(sender.taken) == 7)
    assert sender.tried == [[1, 2], [3, 4], [5, 6], [7]]
    assert (await log.book().open()).position == 7


async def test_pauses_grow_up_to_a_bound(
    log: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await real(0)

    monkeypatch.setattr(in_order, "FIRST_PAUSE", 1.0)
    sender = SenderDouble(faults=[ReceiverAway("x")] * 9)
    one = InOrder(chosen(), sender, log.book(), log.feed)
    await log.book().open()
    await log.add(1)
    with monkeypatch.context() as patch:
        patch.setattr("verdicts.delivery.in_order.asyncio.sleep", sleep)
        async with at_work(one):
            await until(lambda: sender.taken == [1])
    waited = [seconds for seconds in slept if seconds > 0.1]
    assert len(waited) >= 9
    for expected, seconds in zip((1, 2, 4, 8, 16, 32, 60, 60, 60), waited):
        assert 0.8 * expected <= seconds <= 1.2 * expected
