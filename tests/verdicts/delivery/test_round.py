"""What all deliveries do alike: whose events, gaps told of, disabled and enabled, the log away."""

import asyncio
from typing import Any

import pytest

from tests.verdicts.delivery.doubles import SenderDouble, at_work, chosen
from verdicts.delivery import round as module
from verdicts.delivery.in_order import InOrder
from verdicts.delivery.sender import ReceiverGone
from verdicts.ledger.event_log.event_changes import ForgetEvents
from verdicts.ledger.event_log.events import events_after
from verdicts.ledger.event_log.sink_changes import DisableSink
from verdicts.ledger.questions import ask_change


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr("verdicts.delivery.in_order.FIRST_PAUSE", 0.01)
    monkeypatch.setattr("verdicts.delivery.book.SAVE_SECONDS", 0.01)


def told(log: Any) -> list[str]:
    with log.reader.connect() as connection:
        return [event.data for event in events_after(connection, 0, ("alarm",), 99)]


async def test_only_what_it_wants(log: Any, until: Any) -> None:
    sender = SenderDouble()
    settings = chosen(kinds=("verdict", "ruleset"), minimum_level="suspicious")
    await log.book().open()
    levels = ("clean", "suspicious", "unknown", "malicious")
    for number, level in enumerate(levels, 1):
        await log.add(number, kind="verdict", level=level)
    await log.add(5, kind="ruleset")  # has no level, and is wanted all the same
    await log.add(6, kind="feedback", level="malicious")
    async with at_work(InOrder(settings, sender, log.book(), log.feed)):
        await until(lambda: sender.taken == [2, 4, 5])
    assert sender.closed
    assert (await log.book().open()).position >= 5


async def test_what_was_forgotten_is_told_of(log: Any, until: Any) -> None:
    await log.add(1)
    await log.book().open()
    await log.add(2, 3, 4)
    await asyncio.to_thread(ask_change, log.ledger, ForgetEvents(kept=1, before=0))
    sender = SenderDouble()
    async with at_work(InOrder(chosen(), sender, log.book(), log.feed)):
        await until(lambda: len(sender.taken) == 2)
    assert sender.taken[0] == 4
    assert "Events 2 to 3 were forgotten before it took them" in told(log)[-1]


async def test_gone_for_good_until_somebody_enables_it(log: Any, until: Any) -> None:
    sender = SenderDouble(faults=[ReceiverGone("410")])
    await log.book().open()
    await log.add(1)
    async with at_work(InOrder(chosen(), sender, log.book(), log.feed)):
        await until(lambda: len(told(log)) == 2)
        state = await log.book().open()
        assert state.disabled is not None
        await log.add(2)
        assert sender.taken == []
        await asyncio.to_thread(ask_change, log.ledger, DisableSink("sink", None, ""))
        await until(lambda: 2 in sender.taken)
    assert sender.taken[0] == 1


async def test_ledger_that_comes_back(log: Any, until: Any) -> None:
    sender, socket = SenderDouble(), log.ledger
    await log.book().open()
    await log.add(1)
    book = log.book()
    book._ledger = socket.with_name("absent.sock")
    async with at_work(InOrder(chosen(), sender, book, log.feed)) as working:
        await asyncio.sleep(0.05)
        assert (sender.taken, working.done()) == ([], False)
        book._ledger = socket
        await until(lambda: sender.taken == [1])


async def test_long_absence_is_an_alarm(
    log: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from verdicts.delivery.sender import ReceiverAway

    monkeypatch.setattr("verdicts.delivery.book.ALARM_SECONDS", 0.0)
    sender = SenderDouble(fault=ReceiverAway("503"))
    await log.book().open()
    await log.add(1, kind="ruleset")
    async with at_work(InOrder(chosen(kinds=("ruleset",)), sender, log.book(), log.feed)):
        await until(lambda: len(sender.tried) > 3)
        assert [("503" in one, '"ok":false' in one) for one in told(log)] == [(True, True)]
        assert (await log.book().open()).error == "503"
        sender.fault = None
        await until(lambda: len(told(log)) == 2)
    assert '"ok":true' in told(log)[-1]
    assert (await log.book().open()).error == ""
