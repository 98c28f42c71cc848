"""Orders carried out: what they answer, what they change, what they tell the log of events."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from douane.rulesets import desk as module
from douane.rulesets.desk import RulesDesk
from scanners.rules.records import Problem
from tests.douane.rulesets.orders import ShadowDouble, order, quiet
from verdicts.ledger.event_log.new_events import NewEvent
from verdicts.ledger.questions import LedgerAway
from verdicts.rulesets.orders import OrderRefused
from verdicts.rulesets.records import Status, StepRefused
from verdicts.rulesets.store import Store


async def test_a_life(
    desk: RulesDesk,
    store: Store,
    shadow: ShadowDouble,
    hand_in: Callable[[str], str],
    events: list[NewEvent],
) -> None:
    one = await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    two = await desk.carry_out(order("stage", folder=hand_in("two"), note="try it"), quiet)
    assert (one["status"], two["status"]) == (Status.ACTIVE, Status.STAGED)
    assert shadow.sits == two["id"]
    state = await desk.carry_out(order("state"), quiet)
    assert (state["active"], state["staged"]) == (one["id"], two["id"])
    await desk.carry_out(order("activate", ruleset="staged"), quiet)
    assert (shadow.sits, desk.activated.is_set()) == ("", True)
    back = await desk.carry_out(order("rollback"), quiet)
    assert back["id"] == one["id"]
    assert [(event.kind, event.ruleset, event.data["action"]) for event in events] == [
        ("ruleset", one["id"], "activated"),
        ("ruleset", two["id"], "staged"),
        ("ruleset", two["id"], "activated"),
        ("ruleset", one["id"], "rolled back"),
    ]
    assert events[1].data == {"action": "staged", "actor": "ann", "why": "try it"}
    assert events[2].data["former"] == one["id"]
    assert not list(store.folder(str(one["id"])).parents[1].glob("incoming/*"))


async def test_the_former_set_is_forgotten_when_nobody_scans_by_it(
    desk: RulesDesk, world: Any, hand_in: Callable[[str], str]
) -> None:
    """Once for two activations in a row, and not for what the service has no time for."""
    world.gate = asyncio.Event()
    await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    await desk.carry_out(order("activate", folder=hand_in("two")), quiet)
    assert "forget" not in world.did
    world.gate.set()
    await asyncio.gather(*desk._settling)
    assert world.did[-2:] == ["forget", "epoch"]
    assert world.did.count("forget") == 1
    world.gate = asyncio.Event()
    await desk.carry_out(order("rollback"), quiet)
    await desk.close()
    assert world.did.count("forget") == 1


async def test_a_store_that_cannot_be_tidied_is_no_failure(
    desk: RulesDesk, store: Store, hand_in: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("read-only")

    monkeypatch.setattr(store, "prune", refuse)
    one = await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    assert one["status"] is Status.ACTIVE


async def test_a_check_changes_nothing_else(
    desk: RulesDesk, store: Store, hand_in: Callable[[str], str], events: list[NewEvent]
) -> None:
    one = await desk.carry_out(order("check", folder=hand_in("one")), quiet)
    assert (one["status"], store.active, events) == (Status.CHECKED, None, [])


async def test_what_is_refused_is_told(
    desk: RulesDesk, world: Any, sets: Any, events: list[NewEvent], hand_in: Callable[[str], str]
) -> None:
    bad = sets.take_in("bad")
    world.problems[bad.id] = (Problem("yara/a.yar", 1, "A", "broken", "mend it"),)
    with pytest.raises(OrderRefused) as refused:
        await desk.carry_out(order("activate", folder=hand_in("bad")), quiet)
    assert list(map(str, refused.value.problems)) == ["yara/a.yar:1: A: broken; mend it"]
    assert events[0].data["action"] == "refused"
    assert "has 1 problem" in str(events[0].data["reason"])


@pytest.mark.parametrize("folder", ["", "/etc", "rulesets", "rulesets/incoming/../sets/x"])
async def test_only_what_was_handed_in(desk: RulesDesk, tmp_path: Path, folder: str) -> None:
    """An order never has the supervisor read, and remove, any other place."""
    named = folder and str(tmp_path / folder)
    with pytest.raises(OrderRefused, match="names no folder that was handed over"):
        await desk.carry_out(order("activate", folder=named), quiet)


async def test_nothing_to_roll_back_to(
    desk: RulesDesk, hand_in: Callable[[str], str], world: Any
) -> None:
    await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    with pytest.raises(OrderRefused, match="no rule set was active before"):
        await desk.carry_out(order("rollback"), quiet)
    two = await desk.carry_out(order("check", folder=hand_in("two")), quiet)
    before = list(world.did)
    with pytest.raises(StepRefused, match="activate it instead"):
        await desk.carry_out(order("rollback", ruleset=str(two["id"])), quiet)
    assert world.did == before  # refused before anything was loaded


async def test_a_ledger_that_is_away_stops_nothing(
    desk: RulesDesk, hand_in: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise LedgerAway("no ledger")

    monkeypatch.setattr(module, "ask_add_events", away)
    one = await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    assert one["status"] is Status.ACTIVE


async def test_who_looks_after_clamd_waits(desk: RulesDesk, hand_in: Callable[[str], str]) -> None:
    async with desk.turn.taken():
        waiting = asyncio.create_task(
            desk.carry_out(order("activate", folder=hand_in("one")), quiet)
        )
        state = await desk.carry_out(order("state"), quiet)
        assert (state["active"], waiting.done()) == (None, False)
    assert (await waiting)["status"] is Status.ACTIVE


async def test_the_folder_of_the_settings(desk: RulesDesk, world: Any, sets: Any) -> None:
    folder = sets.write("one")
    await desk.activate_folder(folder, world.step("saved"))
    state = await desk.carry_out(order("state"), quiet)
    assert state["active"] is not None
    assert folder.exists()
