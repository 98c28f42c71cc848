"""Chores are done beside the commits, go on after a failure, and end when told to."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, func, select

from verdicts.ledger.age import housekeeping
from verdicts.ledger.age.calm_clock import CalmClock
from verdicts.ledger.age.chores import Chores
from verdicts.ledger.age.keeping_settings import PrivacySettings, RetentionSettings
from verdicts.ledger.entry import Entry
from verdicts.ledger.keeping import Keeper
from verdicts.ledger.schema import VERDICT
from verdicts.ledger.settings import DEFAULT_EVENTS
from verdicts.ledger.store import Writer


def count(connection: Connection) -> int:
    with connection.begin():
        return connection.scalar(select(func.count(VERDICT.c.id))) or 0


async def test_old_verdicts_go(
    url: str, make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BREATH_SECONDS", 0)
    monkeypatch.setattr(housekeeping, "PAUSE_SECONDS", 0)
    monkeypatch.setattr("verdicts.ledger.age.retention.STEP_VERDICTS", 3)
    writer = Writer(url)
    writer.write([make_entry(number) for number in range(20)])
    writer.close()
    chores = Chores(RetentionSettings(verdict_days=1), PrivacySettings(), b"k" * 32)
    failures = iter([True, True])
    step = chores.step

    def fail_at_first(connection: Connection, now: int) -> bool:
        if next(failures, False):
            raise OSError("a disk that is full for a moment")
        return step(connection, now)

    monkeypatch.setattr(chores, "step", fail_at_first)
    keeper = Keeper(url, DEFAULT_EVENTS, lambda _: None)
    keeping = asyncio.create_task(housekeeping.keep_house(keeper, chores, CalmClock().now))
    async with asyncio.timeout(30):
        while await keeper.use(count):
            assert not keeping.done()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await keeper.close()
