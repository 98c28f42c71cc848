"""One look back for each activation; whatever goes wrong in it ends that look and no other."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from douane.lookback import Superseded
from douane.rulesets import retrospect as module
from douane.rulesets.retrospect import look_back_always
from douane.settings import Settings
from verdicts.ledger.queries import LogUnavailable
from verdicts.ledger.questions import LedgerAway
from verdicts.scan_socket import NoFrontAnswers


class Look:
    """A look back that does as a test says."""

    looked: list[Any]
    fault: Exception | None

    def __init__(self, **terms: Any) -> None:
        self.terms = terms

    async def run(self) -> int:
        Look.looked.append(self.terms)
        if Look.fault is not None:
            raise Look.fault
        return 3


@pytest.fixture
async def desk(
    settings: Settings,
    store: Any,
    sets: Any,
    lifecycle: Any,
    world: Any,
    *,
    monkeypatch: Any,
) -> AsyncIterator[Any]:
    Look.looked, Look.fault = [], None
    monkeypatch.setattr(module, "LookBack", Look)
    await lifecycle.activate(sets.take_in("one"), world.step())
    desk: Any = SimpleNamespace(activated=asyncio.Event())
    task = asyncio.create_task(look_back_always(settings, store, desk))
    yield desk
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def activate(desk: Any, lines: list[Any]) -> None:
    before = len(lines)
    desk.activated.set()
    async with asyncio.timeout(10):
        while len(lines) == before:  # noqa: ASYNC110 it tells the log alone
            await asyncio.sleep(0)


async def test_a_look_for_each_activation(desk: Any, store: Any) -> None:
    assert Look.looked == []
    with capture_logs() as lines:
        await activate(desk, lines)
        await activate(desk, lines)
    active = store.active.id
    assert [look["ruleset"] for look in Look.looked] == [active] * 2
    assert Look.looked[0]["rules"] == store.folder(active)
    assert Look.looked[0]["kept"] is None
    assert {"event": "lookback.done", "log_level": "info", "ruleset": active, "found": 3} in lines


@pytest.mark.parametrize(
    "fault, event",
    [
        (Superseded("another one"), "lookback.superseded"),
        (LogUnavailable("no database"), "lookback.failed"),
        (LedgerAway("no ledger"), "lookback.failed"),
        (NoFrontAnswers("no front"), "lookback.failed"),
        (OSError("no disk"), "lookback.failed"),
        (RuntimeError("a bug"), "lookback.crashed"),
    ],
)
async def test_faults(desk: Any, fault: Exception, event: str) -> None:
    Look.fault = fault
    with capture_logs() as lines:
        await activate(desk, lines)
        Look.fault = None
        await activate(desk, lines)
    assert [line["event"] for line in lines] == [event, "lookback.done"]


async def test_switched_off(settings: Settings, store: Any, monkeypatch: Any) -> None:
    Look.looked = []
    monkeypatch.setattr(module, "LookBack", Look)
    off = settings.model_copy(update={"lookback": settings.lookback.model_copy(update={"days": 0})})
    desk: Any = SimpleNamespace(activated=asyncio.Event())
    desk.activated.set()
    task = asyncio.create_task(look_back_always(off, store, desk))
    async with asyncio.timeout(10):
        while desk.activated.is_set():  # noqa: ASYNC110 it tells by clearing it
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert Look.looked == []
