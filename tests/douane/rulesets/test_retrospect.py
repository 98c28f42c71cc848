"""A look back for each set that became active: it is done once, whatever goes wrong before."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from douane.lookback import Outcome, Superseded
from douane.rulesets import retrospect as module
from douane.rulesets.retrospect import NOTE, Due, look_back_always
from douane.settings import Settings
from verdicts.ledger.questions import LedgerAway, LogUnavailable
from verdicts.rulesets.store import Store
from verdicts.scan_socket import NoFrontAnswers


class Look:
    """A look back that does as a test says."""

    looked: list[Any]
    fault: Exception | None

    def __init__(self, **terms: Any) -> None:
        self.terms = terms

    async def run(self) -> Outcome:
        Look.looked.append(self.terms)
        if Look.fault is not None:
            raise Look.fault
        return Outcome(3, truncated=True)


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.rulesets_directory)


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
    """A desk; start() begins to look back as a new process does, and ends the former one."""
    Look.looked, Look.fault = [], None
    monkeypatch.setattr(module, "LookBack", Look)
    await lifecycle.activate(sets.take_in("one"), world.step())
    desk: Any = SimpleNamespace(activated=asyncio.Event(), task=None)

    async def stop() -> None:
        if desk.task is not None:
            desk.task.cancel()
            await asyncio.gather(desk.task, return_exceptions=True)

    async def start() -> None:
        await stop()
        desk.activated.clear()
        desk.task = asyncio.create_task(look_back_always(settings, store, desk))

    desk.start = start
    yield desk
    await stop()


async def heard(lines: list[Any], count: int) -> list[str]:
    """Wait until the log has so many lines; return what they are about."""
    async with asyncio.timeout(10):
        while len(lines) < count:  # noqa: ASYNC110 it tells the log alone
            await asyncio.sleep(0)
    return [line["event"].removeprefix("lookback.") for line in lines]


async def idle(desk: Any) -> None:
    """Wait until nothing is due: it waits for the next set without a limit, and has seen this."""
    desk.activated.set()
    async with asyncio.timeout(10):
        while desk.activated.is_set():  # noqa: ASYNC110 it tells by clearing it
            await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_a_look_for_each_set_that_became_active(
    desk: Any, store: Any, lifecycle: Any, sets: Any, world: Any
) -> None:
    first = store.active
    with capture_logs() as lines:
        await desk.start()
        await heard(lines, 1)
        for one in (sets.take_in("two"), first):
            await lifecycle.activate(one, world.step())
            desk.activated.set()
            await heard(lines, len(Look.looked) + 1)
        await idle(desk)
    second = sets.take_in("two").id
    assert [look["ruleset"] for look in Look.looked] == [first.id, second, first.id]
    assert Look.looked[0]["rules"] == store.folder(first.id)
    assert Look.looked[0]["kept"] is None
    told = {"ruleset": first.id, "found": 3, "truncated": True}
    assert lines[0] == {"event": "lookback.done", "log_level": "info", **told}


async def test_what_was_done_is_not_done_by_the_next_process(desk: Any) -> None:
    with capture_logs() as lines:
        await desk.start()
        await heard(lines, 1)
        await desk.start()
        await idle(desk)
    assert len(Look.looked) == 1


@pytest.mark.parametrize(
    "fault, event",
    [
        (Superseded("another one"), "superseded"),
        (LogUnavailable("no database"), "failed"),
        (LedgerAway("no ledger"), "failed"),
        (NoFrontAnswers("no front"), "failed"),
        (OSError("no disk"), "failed"),
        (RuntimeError("a bug"), "crashed"),
    ],
)
async def test_what_failed_is_due_for_the_next_process(
    desk: Any, fault: Exception, event: str
) -> None:
    Look.fault = fault
    with capture_logs() as lines:
        await desk.start()
        assert await heard(lines, 1) == [event]
        Look.fault = None
        await desk.start()
        assert await heard(lines, 2) == [event, "done"]


async def test_it_is_tried_again_by_itself(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = module._attempt
    pauses: list[float | None] = []

    async def attempt(*words: Any) -> float | None:
        seconds = await real(*words)
        pauses.append(seconds)
        Look.fault = None if len(pauses) == 2 else Look.fault
        return None if seconds is None else 0.0

    monkeypatch.setattr(module, "_attempt", attempt)
    Look.fault = LedgerAway("no ledger")
    with capture_logs() as lines:
        await desk.start()
        assert await heard(lines, 3) == ["failed", "failed", "done"]
    assert pauses == [1, 2, None]
    assert Look.looked[0]["done"] is Look.looked[2]["done"]


async def test_pauses_grow_up_to_a_minute(desk: Any) -> None:
    Look.fault = LedgerAway("no ledger")
    with capture_logs() as lines:
        await desk.start()
        for count in range(1, 9):
            await heard(lines, count)
            desk.activated.set()
    assert [line["again_in"] for line in lines] == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_a_bug_is_not_met_again_and_again(desk: Any, settings: Settings, store: Any) -> None:
    Look.fault = RuntimeError("a bug")
    with capture_logs() as lines:
        await desk.start()
        await heard(lines, 1)
        assert await module._attempt(settings, store, Due(1, store.active.id)) is None


async def test_a_note_that_cannot_be_written_is_a_fault(desk: Any, settings: Settings) -> None:
    (settings.rulesets_directory / NOTE).mkdir()
    with capture_logs() as lines:
        await desk.start()
        assert await heard(lines, 1) == ["failed"]


async def test_a_state_that_cannot_be_read_is_passed_over(desk: Any, settings: Settings) -> None:
    state = settings.rulesets_directory / "state.json"
    whole = state.read_bytes()
    state.write_bytes(b"{")
    with capture_logs() as lines:
        await desk.start()
        assert await heard(lines, 1) == ["nothing_known"]
        state.write_bytes(whole)
        desk.activated.set()
        assert await heard(lines, 2) == ["nothing_known", "done"]


async def test_switched_off(settings: Settings, store: Any, desk: Any) -> None:
    off = settings.model_copy(update={"lookback": settings.lookback.model_copy(update={"days": 0})})
    async with asyncio.timeout(10):
        await look_back_always(off, store, desk)
    assert Look.looked == []
