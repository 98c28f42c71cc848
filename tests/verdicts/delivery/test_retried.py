"""Webhooks one by one: pauses of the specification, others go on, and the outbox stays small."""

import asyncio
import time
from typing import Any

import pytest

from tests.verdicts.delivery.doubles import SenderDouble, at_work, chosen
from verdicts.delivery import retried
from verdicts.delivery.retried import JITTER, PAUSES, Retried
from verdicts.delivery.sender import LetterRefused, ReceiverAway
from verdicts.ledger.event_log.events import events_after
from verdicts.ledger.event_log.sink_changes import Later
from verdicts.ledger.event_log.sinks import due

FAR = 2**62


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verdicts.delivery.book.SAVE_SECONDS", 0.01)


def outbox(log: Any) -> dict[int, Later]:
    with log.reader.connect() as connection:
        return {later.event: later for later in due(connection, "sink", FAR, 9999)}


def start(log: Any, sender: SenderDouble) -> Retried:
    sender.most = 1
    return Retried(chosen(), sender, log.book(), log.feed)


async def test_one_by_one_in_order(log: Any, until: Any) -> None:
    sender = SenderDouble()
    await log.book().open()
    await log.add(*range(1, 31))
    async with at_work(start(log, sender)):
        await until(lambda: len(sender.taken) == 30)
    assert sender.tried == [[number] for number in range(1, 31)]
    assert (await log.book().open()).position == 30


async def test_refused_ones_wait_by_themselves(log: Any, until: Any) -> None:
    sender = SenderDouble(refuses={2: LetterRefused("400")})
    await log.book().open()
    await log.add(1, 2, 3)
    before = time.time()
    async with at_work(start(log, sender)):
        await until(lambda: sender.taken == [1, 3])
    (later,) = outbox(log).values()
    assert (later.event, later.attempts, later.error) == (2, 1, "400")
    assert 5 <= later.due / 1e6 - before <= 5 * (1 + JITTER) + 5


async def test_while_it_is_away_new_ones_wait_in_the_log(log: Any, until: Any) -> None:
    sender = SenderDouble(fault=ReceiverAway("503"))
    await log.book().open()
    await log.add(*range(1, 11))
    async with at_work(start(log, sender)):
        await until(lambda: outbox(log))
        await asyncio.sleep(0.1)
        assert sender.tried == [[1]]
        assert (await log.book().open()).error == "503"
    assert list(outbox(log)) == [1]
    assert (await log.book().open()).position == 1


async def test_back_again_everything_goes_at_once(
    log: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retried, "PAUSES", (0.05, *PAUSES[1:]))
    sender = SenderDouble(faults=[ReceiverAway("503")])
    await log.book().open()
    book = log.book()
    await book.open()
    await log.add(1, 2, 3, 4)
    await book.save(later=[Later(1, FAR, 3, "503"), Later(2, FAR, 3, "503")])
    await book.moved(2, 99)
    await book.save()
    async with at_work(start(log, sender)):
        await until(lambda: len(sender.taken) == 4 and not outbox(log))
    assert sorted(sender.taken) == [1, 2, 3, 4]
    assert (await log.book().open()).error == ""


@pytest.mark.parametrize("attempts", range(1, len(PAUSES)))
async def test_pauses_of_the_specification(log: Any, until: Any, attempts: int) -> None:
    sender = SenderDouble(fault=LetterRefused("404"))
    await log.add(1)
    book = log.book()
    await book.open()
    await book.save(later=[Later(1, 0, attempts, "404")])
    before = time.time()
    async with at_work(start(log, sender)):
        await until(lambda: outbox(log)[1].attempts == attempts + 1)
    pause = outbox(log)[1].due / 1e6 - before
    assert PAUSES[attempts] <= pause <= PAUSES[attempts] * (1 + JITTER) + 5


async def test_given_up_in_the_end(log: Any, until: Any) -> None:
    sender = SenderDouble(refuses={1: LetterRefused("404")})
    await log.add(1)
    book = log.book()
    await book.open()
    await book.save(later=[Later(1, 0, len(PAUSES), "404"), Later(77, 0, 1, "")])
    async with at_work(start(log, sender)):
        await until(lambda: len(sender.taken) == 2)  # the two alarms
    assert outbox(log) == {}
    with log.reader.connect() as connection:
        told = [event.data for event in events_after(connection, 1, (), 9)]
    assert "Event 1 was given up: 404" in told[0]
    assert "Event 77 was given up: it is kept no more" in told[1]


async def test_full_outbox_takes_nothing_new(
    log: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retried, "OUTBOX", 3)
    sender = SenderDouble(fault=LetterRefused("404"))
    await log.book().open()
    await log.add(*range(1, 10))
    async with at_work(start(log, sender)):
        await until(lambda: len(outbox(log)) == 3)
        await asyncio.sleep(0.1)
    assert sender.tried == [[1], [2], [3]]
    assert (await log.book().open()).position == 3
