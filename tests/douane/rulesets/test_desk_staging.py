"""Staging: proved while others go live, in the shadow of whatever is active, and out of it."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from douane.rulesets.desk import RulesDesk
from scanners.rules.records import Problem, RuleFindings
from tests.douane.rulesets.orders import ShadowDouble, order, quiet
from verdicts.rulesets.orders import OrderRefused
from verdicts.rulesets.records import Status, UnknownRuleset
from verdicts.rulesets.store import Store


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
