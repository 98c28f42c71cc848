"""The watch: told once when a part fails for long enough, and once when it works again."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.exc import OperationalError

from verdicts.ledger.age.calm_clock import CalmClock
from verdicts.ledger.event_log import alarms
from verdicts.ledger.event_log.alarms import PATIENCE_SECONDS, Alarms, watch
from verdicts.ledger.event_log.event_changes import ForgetEvents
from verdicts.ledger.parts import Part
from verdicts.ledger.questions import AddEvents, Change
from verdicts.ledger.settings import EventSettings
from verdicts.ledger.state import LedgerState

GOOD, BAD = Part("clamav", True, ""), Part("clamav", False, "It is down.")


def test_told_once_each_way() -> None:
    seen, late = Alarms(), PATIENCE_SECONDS
    assert seen.look([GOOD], 0) == []
    assert seen.look([BAD], 10) == []
    assert seen.look([BAD], 10 + late - 0.1) == []
    assert seen.look([BAD], 10 + late) == [BAD]
    assert seen.look([BAD], 99) == []
    assert seen.look([GOOD], 100) == [GOOD]
    assert seen.look([GOOD], 101) == []


def test_in_order_but_alarming_is_told_too() -> None:
    seen, alarming = Alarms(), Part("database", True, "Records wait.", alarming=True)
    assert seen.look([alarming], 0) == []
    assert seen.look([alarming], PATIENCE_SECONDS) == [alarming]
    assert seen.look([GOOD], 99) == []
    assert seen.look([Part("database", True, "")], 100) == [Part("database", True, "")]


def test_what_is_soon_over_is_not_worth_it() -> None:
    seen = Alarms()
    for moment in range(0, 100, 4):
        assert seen.look([BAD], moment) == []
        assert seen.look([GOOD], moment + 1) == []


class Ledger:
    """A database that comes and goes; it keeps what it is asked."""

    def __init__(self) -> None:
        self.writable = True
        self.away = False
        self.changes: list[Change] = []
        self.asked = asyncio.Event()

    def state(self) -> LedgerState:
        return LedgerState(self.writable, 0, 0, ())

    async def change(self, change: Change) -> bool:
        self.asked.set()
        if self.away:
            raise OperationalError("INSERT", {}, Exception("gone"))
        self.changes.append(change)
        return False

    def told(self) -> list[tuple[str, bool]]:
        added = [change for change in self.changes if isinstance(change, AddEvents)]
        rows = [json.loads(row.data) for change in added for row in change.events]
        return [(row["part"], row["ok"]) for row in rows]


@pytest.fixture
async def ledger(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ledger]:
    monkeypatch.setattr(alarms, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(alarms, "PATIENCE_SECONDS", 0.01)
    made = Ledger()
    watching = asyncio.create_task(
        watch(made.state, made.change, EventSettings(kept=5000), CalmClock().now)
    )
    yield made
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def reached(ledger: Ledger, told: list[tuple[str, bool]]) -> None:
    async with asyncio.timeout(10):
        while ledger.told() != told:
            ledger.asked.clear()
            await ledger.asked.wait()


async def test_database_that_was_away_is_told_of_when_it_is_back(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    noticed = asyncio.Event()
    monkeypatch.setattr(alarms.log, "warning", lambda *_, **__: noticed.set())
    ledger.writable = False
    async with asyncio.timeout(10):
        await noticed.wait()
    assert ledger.told() == []
    ledger.writable = ledger.away = True  # it says so, and fails at the first attempt
    ledger.asked.clear()
    async with asyncio.timeout(10):
        await ledger.asked.wait()
    ledger.away = False
    await reached(ledger, [("database", False), ("database", True)])


async def test_old_events_are_forgotten(ledger: Ledger) -> None:
    async with asyncio.timeout(10):
        await ledger.asked.wait()
    (first, *_) = ledger.changes
    assert isinstance(first, ForgetEvents)
    assert first.kept == 5000
