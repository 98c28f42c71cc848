"""Nothing changes before everything can; what is broken never goes live and says why."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from douane.rulesets.lifecycle import Lifecycle, Parts
from scanners.rules.goodware import FEW_FIX
from scanners.rules.records import Problem
from verdicts.rulesets.bundle import pack, unpack
from verdicts.rulesets.orders import OrderRefused
from verdicts.rulesets.records import SetTampered, Status, StepRefused
from verdicts.rulesets.signature import make_keys, read_private, read_trusted
from verdicts.rulesets.store import Store

PROBLEM = Problem("yara/a.yar", 3, "A", "it is broken", "mend it")


def make_folder(path: Path) -> None:
    path.mkdir()


def target(link: Path) -> Path:
    return link.resolve()


async def test_the_order_of_an_activation(
    lifecycle: Lifecycle, world: Any, sets: Any, store: Store, link: Path
) -> None:
    first, second = sets.take_in("one"), sets.take_in("two")
    await lifecycle.activate(first, world.step())
    assert world.did == [
        *("check", "prepare", f"clamd {first.id}"),
        *(f"take over {first.id}", f"istag {first.id}"),
    ]
    world.did.clear()
    marked = await lifecycle.activate(second, world.step("because"))
    await lifecycle.settle()
    await lifecycle.forget_formers()
    assert world.did == [
        *("check", "prepare", f"clamd {second.id}"),
        *(f"take over {second.id}", f"istag {second.id}", "settle", "forget", "epoch"),
    ]
    assert (marked.id, marked.status, marked.why) == (second.id, Status.ACTIVE, "because")
    assert store.active == marked
    assert target(link) == store.folder(second.id)
    assert store.find(first.id).status is Status.RETIRED


async def test_what_is_active_stays_so(lifecycle: Lifecycle, world: Any, sets: Any) -> None:
    one = await lifecycle.activate(sets.take_in("one"), world.step())
    world.did.clear()
    assert await lifecycle.activate(one, world.step()) == one
    assert world.did == []
    assert world.said[-1] == f"{one.id} is active already"


async def test_what_was_checked_is_not_checked_again(
    lifecycle: Lifecycle, world: Any, sets: Any
) -> None:
    first = await lifecycle.activate(sets.take_in("one"), world.step())
    await lifecycle.activate(sets.take_in("two"), world.step())
    world.did.clear()
    retired = replace(first, status=Status.RETIRED)
    back = await lifecycle.activate(retired, world.step(), rolled_back=True)
    assert back.status is Status.ACTIVE
    assert "check" not in world.did


async def test_problems_refuse_it(
    lifecycle: Lifecycle, world: Any, sets: Any, store: Store, link: Path
) -> None:
    good = await lifecycle.activate(sets.take_in("one"), world.step())
    bad = sets.take_in("two")
    world.problems[bad.id] = (PROBLEM, PROBLEM)
    world.did.clear()
    with pytest.raises(OrderRefused, match="has 2 problems") as refused:
        await lifecycle.activate(bad, world.step())
    assert refused.value.problems == (PROBLEM,) * 2
    assert world.did == ["check"]
    assert store.active == good
    assert target(link) == store.folder(good.id)
    assert store.find(bad.id).status is Status.REFUSED
    assert store.find(bad.id).why == str(PROBLEM)


@pytest.mark.parametrize(
    "fault, did",
    [
        ({"front_fault": "rule X does not hit"}, ["prepare", "discard"]),
        ({"clamd_fault": "clamd says no"}, ["prepare", "clamd", "discard"]),
    ],
)
async def test_what_does_not_load_never_goes_live(
    lifecycle: Lifecycle,
    world: Any,
    sets: Any,
    store: Store,
    link: Path,
    *,
    fault: dict[str, str],
    did: list[str],
) -> None:
    good = await lifecycle.activate(sets.take_in("one"), world.step())
    bad = sets.take_in("two")
    world.did.clear()
    for name, said in fault.items():
        setattr(world, name, said)
    with pytest.raises(OrderRefused, match=next(iter(fault.values()))):
        await lifecycle.activate(bad, world.step())
    assert [each.split()[0] for each in world.did] == ["check", *did]
    assert store.active == good
    assert target(link) == store.folder(good.id)
    assert store.find(bad.id).status is Status.REFUSED


async def test_a_proof_changes_nothing(
    lifecycle: Lifecycle, world: Any, sets: Any, store: Store
) -> None:
    one = await lifecycle.check(sets.take_in("one"), world.step())
    await lifecycle.prove(one, world.step())
    few = replace(PROBLEM, fix=FEW_FIX)
    world.proof_problems = (few,)
    await lifecycle.prove(one, world.step())
    assert world.said[-1] == f"warning: {few}"
    world.proof_problems = (few, PROBLEM)
    with pytest.raises(OrderRefused, match="has 1 problem") as refused:
        await lifecycle.prove(one, world.step())
    assert refused.value.problems == (PROBLEM,)
    assert world.did == ["check", "prove", "prove", "prove"]
    assert store.find(one.id) == one


async def test_a_disk_that_takes_no_state_leaves_all_as_it_was(
    lifecycle: Lifecycle, world: Any, sets: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = await lifecycle.activate(sets.take_in("one"), world.step())
    one = await lifecycle.check(sets.take_in("two"), world.step())
    world.did.clear()

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(store, "mark", refuse)
    with pytest.raises(OrderRefused, match="cannot be written"):
        await lifecycle.activate(one, world.step())
    assert world.did == ["prepare", f"clamd {one.id}", "discard", f"clamd {good.id}"]
    assert store.active == good
    monkeypatch.undo()


async def test_a_step_that_the_store_refuses_leaves_all_as_it_was(
    lifecycle: Lifecycle, world: Any, sets: Any, store: Store, link: Path
) -> None:
    good = await lifecycle.activate(sets.take_in("one"), world.step())
    one = await lifecycle.check(sets.take_in("two"), world.step())
    with pytest.raises(StepRefused):
        await lifecycle.activate(one, world.step(), rolled_back=True)
    assert world.did[-2:] == ["discard", f"clamd {good.id}"]
    assert (store.active, target(link)) == (good, store.folder(good.id))


async def test_a_link_that_cannot_be_set_leaves_all_as_it_was(
    lifecycle: Lifecycle, world: Any, sets: Any, store: Store, link: Path
) -> None:
    good = await lifecycle.activate(sets.take_in("one"), world.step())
    one = await lifecycle.check(sets.take_in("two"), world.step())
    obstacle = link.with_name(f".{link.name}.new")
    make_folder(obstacle)
    with pytest.raises(OrderRefused, match="nothing changed"):
        await lifecycle.activate(one, world.step())
    assert (store.active, target(link)) == (good, store.folder(good.id))
    obstacle.rmdir()
    assert (await lifecycle.activate(one, world.step())).status is Status.ACTIVE


async def test_an_istag_that_cannot_be_made_is_made_later(
    lifecycle: Lifecycle, world: Any, sets: Any, link: Path
) -> None:
    world.istag_fault = "no memory"
    one = await lifecycle.activate(sets.take_in("one"), world.step())
    assert one.status is Status.ACTIVE
    world.did.clear()
    world.states = {0: one.id}
    await lifecycle.follow()
    world.istag_fault = ""
    await lifecycle.follow()
    await lifecycle.follow()
    assert world.did == [f"istag {one.id}"] * 2


async def test_a_link_that_somebody_moved_is_put_right(
    lifecycle: Lifecycle, world: Any, sets: Any, store: Store, link: Path
) -> None:
    one = await lifecycle.activate(sets.take_in("one"), world.step())
    lifecycle.point_to(link.parent)
    await lifecycle.follow()
    assert target(link) == store.folder(one.id)


async def test_a_set_that_was_active_is_not_refused_for_a_fault_of_the_moment(
    lifecycle: Lifecycle, world: Any, sets: Any, store: Store
) -> None:
    first = await lifecycle.activate(sets.take_in("one"), world.step())
    await lifecycle.activate(sets.take_in("two"), world.step())
    world.front_fault = "no memory"
    with pytest.raises(OrderRefused):
        await lifecycle.activate(store.find(first.id), world.step(), rolled_back=True)
    assert store.find(first.id).status is Status.RETIRED
    assert store.previous == store.find(first.id)


async def test_a_stored_set_that_somebody_changed(
    lifecycle: Lifecycle, world: Any, sets: Any, store: Store
) -> None:
    one = await lifecycle.check(sets.take_in("one"), world.step())
    path = store.folder(one.id) / "policy.toml"
    path.chmod(0o644)
    path.write_text("default = 'allow'")
    with pytest.raises(SetTampered):
        await lifecycle.activate(one, world.step())
    assert "prepare" not in world.did


async def test_a_front_that_is_behind_is_said_and_told_again(
    lifecycle: Lifecycle, world: Any, sets: Any
) -> None:
    world.behind = ["duty-1 does not answer"]
    one = await lifecycle.activate(sets.take_in("one"), world.step())
    assert any("duty-1 does not answer" in said for said in world.said)
    world.did.clear()
    world.states = {0: one.id, 1: "0123456789abcdef"}
    await lifecycle.follow()
    assert world.did == [f"take over {one.id}"]
    world.states = {0: one.id, 1: one.id}
    await lifecycle.follow()
    assert world.did == [f"take over {one.id}"]


async def test_nobody_follows_before_the_first_set(lifecycle: Lifecycle, world: Any) -> None:
    world.states = {0: "0123456789abcdef"}
    await lifecycle.follow()
    assert world.did == []


async def test_unsigned_sets_where_a_signature_is_demanded(
    world: Any, sets: Any, store: Store, tmp_path: Path, link: Path
) -> None:
    """A key that is trusted no more signs nothing any more."""
    make_keys(tmp_path / "ann.pem", tmp_path / "ann.pub")
    pack(sets.write("one"), tmp_path / "one.tar.gz", read_private(tmp_path / "ann.pem"))
    with (tmp_path / "one.tar.gz").open("rb") as bundle:
        unpack(bundle, tmp_path / "unpacked")
    parts = Parts(world, world, world, 1.0)
    trusted = Store(tmp_path / "rulesets", read_trusted([tmp_path / "ann.pub"]))
    one = trusted.take_in(tmp_path / "unpacked", author="ann", note="", origin="upload")
    for keys, words in ((store, "is not signed"), (trusted, "")):
        lifecycle = Lifecycle(keys, parts, link, must_be_signed=True)
        if words:
            with pytest.raises(OrderRefused, match=words):
                await lifecycle.activate(one, world.step())
            assert world.did == []
        else:
            assert (await lifecycle.activate(one, world.step())).signed_by == "ann"


async def test_the_link_changes_at_once(lifecycle: Lifecycle, link: Path, tmp_path: Path) -> None:
    """It is never absent: a front may start at any moment."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        lifecycle.point_to(tmp_path / name)
        assert target(link) == tmp_path / name
    assert [path.name for path in link.parent.glob(".active*")] == []
