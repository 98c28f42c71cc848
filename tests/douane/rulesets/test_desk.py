"""Orders carried out: what they answer, what they change, what they tell the log of events."""

import asyncio
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from douane.rulesets import desk as module
from douane.rulesets.desk import RulesDesk
from douane.rulesets.lifecycle import Lifecycle
from scanners.rules.records import Problem, RuleFindings
from verdicts.ledger.new_events import NewEvent
from verdicts.ledger.questions import LedgerAway
from verdicts.rulesets.orders import Order, OrderRefused
from verdicts.rulesets.records import Status, StepRefused, UnknownRuleset
from verdicts.rulesets.store import Store


class ShadowDouble:
    """Stops what sat there before it starts another one, as the real one does."""

    def __init__(self) -> None:
        self.sits, self.beside = "", ""
        self.faults: dict[str, str] = {}
        """By rule set."""

    async def start(self, folder: Path, ruleset: str, active: Path) -> None:
        assert folder.name == ruleset != active.name
        self.sits = self.beside = ""
        if ruleset in self.faults:
            raise OrderRefused(self.faults[ruleset])
        self.sits, self.beside = ruleset, active.name

    async def stop(self) -> None:
        self.sits = self.beside = ""


@pytest.fixture
def shadow() -> ShadowDouble:
    return ShadowDouble()


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[NewEvent]:
    told: list[NewEvent] = []
    monkeypatch.setattr(module, "ask_add_events", lambda _, events: told.extend(events))
    return told


@pytest.fixture
def desk(
    store: Store, tmp_path: Path, lifecycle: Lifecycle, shadow: Any, events: list[NewEvent]
) -> RulesDesk:
    return RulesDesk(store, tmp_path / "rulesets", lifecycle, shadow, tmp_path / "ledger.sock")


@pytest.fixture
def hand_in(tmp_path: Path, sets: Any) -> Callable[[str], str]:
    """Put a set where orders may name it."""

    def hand_in(word: str) -> str:
        incoming = tmp_path / "rulesets" / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        return str(sets.write(word).rename(incoming / secrets.token_hex(8)))

    return hand_in


def order(action: Any, *, ruleset: str = "", folder: str = "", note: str = "") -> Order:
    return Order(action, "ann", ruleset, folder, note)


def quiet(text: str) -> None:
    assert text


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


async def test_staged_and_unstaged(
    desk: RulesDesk, shadow: ShadowDouble, hand_in: Callable[[str], str]
) -> None:
    with pytest.raises(UnknownRuleset):
        await desk.carry_out(order("unstage"), quiet)
    await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    two = await desk.carry_out(order("stage", folder=hand_in("two")), quiet)
    back = await desk.carry_out(order("unstage"), quiet)
    assert (back["id"], back["status"], shadow.sits) == (two["id"], Status.CHECKED, "")
    with pytest.raises(OrderRefused, match="is active"):
        await desk.carry_out(order("stage", ruleset="active"), quiet)


async def test_one_that_cannot_be_tried_is_not_staged(
    desk: RulesDesk, store: Store, shadow: ShadowDouble, hand_in: Callable[[str], str]
) -> None:
    await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    two = store.take_in(Path(hand_in("two")), author="ann", note="", origin="test")
    shadow.faults[two.id] = "no memory"
    with pytest.raises(OrderRefused, match="no memory"):
        await desk.carry_out(order("stage", ruleset=two.id), quiet)
    assert store.staged is None


async def test_nobody_waits_for_honest_files(
    desk: RulesDesk, store: Store, world: Any, hand_in: Callable[[str], str]
) -> None:
    """The full check of a set to be staged takes minutes: others go live meanwhile."""
    begun, go_on = threading.Event(), threading.Event()
    check = world.check

    def slow(folder: Path, **terms: object) -> RuleFindings:
        if terms:
            begun.set()
            assert go_on.wait(20)
        return check(folder, **terms)  # type: ignore[no-any-return]

    await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    with mock.patch("douane.rulesets.lifecycle.check_ruleset", slow):
        staging = asyncio.create_task(desk.carry_out(order("stage", folder=hand_in("two")), quiet))
        assert await asyncio.to_thread(begun.wait, 20)
        three = await desk.carry_out(order("activate", folder=hand_in("three")), quiet)
        go_on.set()
        staged = await staging
    assert (three["status"], staged["status"]) == (Status.ACTIVE, Status.STAGED)


async def test_what_fires_on_honest_files_is_not_staged(
    desk: RulesDesk, store: Store, world: Any, hand_in: Callable[[str], str]
) -> None:
    await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    world.proof_problems = (Problem("yara/a.yar", 1, "A", "fires on 3 honest files", "less"),)
    with pytest.raises(OrderRefused) as refused:
        await desk.carry_out(order("stage", folder=hand_in("two")), quiet)
    assert refused.value.problems == world.proof_problems
    assert store.staged is None


async def test_a_stage_that_fails_leaves_the_staged_one_where_it_sits(
    desk: RulesDesk, store: Store, shadow: ShadowDouble, hand_in: Callable[[str], str]
) -> None:
    await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    two = await desk.carry_out(order("stage", folder=hand_in("two")), quiet)
    three = store.take_in(Path(hand_in("three")), author="ann", note="", origin="test")
    shadow.faults[three.id] = "no memory"
    with pytest.raises(OrderRefused, match="no memory"):
        await desk.carry_out(order("stage", ruleset=three.id), quiet)
    assert store.staged is not None
    assert shadow.sits == store.staged.id == two["id"]


async def test_a_staged_set_that_does_not_load_leaves_the_shadow(
    desk: RulesDesk,
    store: Store,
    shadow: ShadowDouble,
    world: Any,
    hand_in: Callable[[str], str],
) -> None:
    await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    await desk.carry_out(order("stage", folder=hand_in("two")), quiet)
    world.front_fault = "rule X does not hit"
    with pytest.raises(OrderRefused):
        await desk.carry_out(order("activate", ruleset="staged"), quiet)
    assert (store.staged, shadow.sits) == (None, "")


async def test_a_staged_set_is_tried_beside_whatever_is_active(
    desk: RulesDesk, shadow: ShadowDouble, hand_in: Callable[[str], str]
) -> None:
    one = await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    two = await desk.carry_out(order("stage", folder=hand_in("two")), quiet)
    assert (shadow.sits, shadow.beside) == (two["id"], one["id"])
    three = await desk.carry_out(order("activate", folder=hand_in("three")), quiet)
    assert (shadow.sits, shadow.beside) == (two["id"], three["id"])


async def test_one_that_is_activated_while_it_is_proved_is_not_staged(
    desk: RulesDesk, store: Store, shadow: ShadowDouble, world: Any, hand_in: Callable[[str], str]
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(folder: Path, **terms: object) -> RuleFindings:
        if terms:
            begun.set()
            assert go_on.wait(20)
        return RuleFindings()

    await desk.carry_out(order("activate", folder=hand_in("one")), quiet)
    two = store.take_in(Path(hand_in("two")), author="ann", note="", origin="test")
    with mock.patch("douane.rulesets.lifecycle.check_ruleset", slow):
        staging = asyncio.create_task(desk.carry_out(order("stage", ruleset=two.id), quiet))
        assert await asyncio.to_thread(begun.wait, 20)
        await desk.carry_out(order("activate", ruleset=two.id), quiet)
        go_on.set()
        with pytest.raises(OrderRefused, match="activated meanwhile"):
            await staging
    assert (store.staged, shadow.sits) == (None, "")


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
