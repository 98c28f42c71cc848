"""What a sink has the ledger keep: where it is, why it stands, what is to be sent again."""

import time
from typing import Any

import pytest

from verdicts.delivery import book as module
from verdicts.delivery.book import SAVE_LETTERS
from verdicts.ledger.event_log.events import Event, events_after
from verdicts.ledger.event_log.sink_changes import DisableSink, Later
from verdicts.ledger.questions import LedgerAway
from verdicts.ledger.reading.queries import Reader


async def test_begins_behind_the_newest_event(log: Any) -> None:
    await log.add(1, 2, 3)
    book = log.book()
    assert (await book.open()).position == 3
    await log.add(4)
    assert (await log.book().open()).position == 3


async def test_position_is_saved_after_some_letters_or_some_time(
    log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAVE_SECONDS", 1e9)
    book = log.book()
    await book.open()
    await book.moved(5, SAVE_LETTERS - 1)
    assert (await book.state()).position == 0
    await book.moved(6, 1)
    assert (await book.state()).position == 6
    await book.moved(7, 1)
    monkeypatch.setattr(module, "SAVE_SECONDS", 0.0)
    await book.moved(8, 1)
    assert (await book.state()).position == 8


async def test_what_it_says_is_saved_at_once_and_once(log: Any) -> None:
    book = log.book()
    await book.open()
    await book.moved(5, 1)
    await book.say("503")
    state = await book.state()
    assert (state.position, state.error) == (5, "503")
    await book.say("")
    assert (await book.state()).error == ""


async def test_outbox(log: Any) -> None:
    await log.add(1, 2)
    book = log.book()
    await book.open()
    past, future = 5, int(time.time() + 1000) * 1_000_000
    await book.save(later=[Later(1, past, 1, "x"), Later(2, future, 1, "x"), Later(9, past, 3, "")])
    due = await book.outbox(10)
    assert [(later.event, event and event.id) for later, event in due] == [(1, 1), (9, None)]
    assert await book.next_due() == past
    await book.save(settled=[1, 9])
    assert await book.next_due() == future
    await book.save(hurry=True)
    assert [later.event for later, _ in await book.outbox(10)] == [2]


async def test_letters_with_their_verdict(log: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await log.add(1)
    book = log.book()
    with log.reader.connect() as connection:
        (event,) = events_after(connection, 0, (), 9)
    asked: list[str] = []

    def get(_: Reader, key: str) -> dict[str, object]:
        asked.append(key)
        return {"id": key}

    monkeypatch.setattr(Reader, "get", get)
    about = Event(event.id, 1, "verdict", "", "0192f3a4-0000-7000-8000-000000000001", "{}")
    (alarm, told) = await book.letters([event, about], whole=True)
    assert (alarm.verdict, told.verdict) == (None, {"id": about.verdict})
    (bare,) = await book.letters([about], whole=False)
    assert (bare.verdict, len(asked)) == (None, 1)


async def test_disabled_and_told(log: Any) -> None:
    book = log.book()
    await book.open()
    await book.disable("gone")
    await book.alarm("gone")
    state = await log.book().open()
    assert (state.disabled is not None, state.error) == (True, "gone")
    with log.reader.connect() as connection:
        (event,) = events_after(connection, 0, ("alarm",), 9)
    assert '"part":"sink sink"' in event.data
    assert DisableSink("x", None, "").disabled is None


async def test_no_ledger(log: Any) -> None:
    log.ledger = log.ledger.with_name("absent.sock")
    with pytest.raises(LedgerAway):
        await log.book().open()


async def test_an_alarm_of_the_courier_before_is_taken_back(log: Any) -> None:
    """It was away, somebody was told, and we were started anew meanwhile."""
    book = log.book()
    await book.open()
    await book.say("503")
    after = log.book()
    await after.open()
    await after.there()
    await after.there()
    with log.reader.connect() as connection:
        (told,) = events_after(connection, 0, ("alarm",), 9)
    assert '"ok":true' in told.data


async def test_one_alarm_of_many_refusals(log: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    book = log.book()
    await book.open()
    for number in (1, 2, 3):
        await book.refused(Event(number, 1, "verdict", "", "", "{}"), "400")
    monkeypatch.setattr(module, "ALARM_SECONDS", 0.0)
    await book.refused(Event(4, 1, "verdict", "", "", "{}"), "400")
    await book.refused(Event(5, 1, "alarm", "", "", "{}"), "400")
    with log.reader.connect() as connection:
        told = [event.data for event in events_after(connection, 0, ("alarm",), 9)]
    assert ["event 1:" in told[0], "event 4 and 2 before it:" in told[1]] == [True, True]
    assert len(told) == 2
