"""Which step leads where, above all: what one can go back to, and what is gone back to next."""

from dataclasses import replace

import pytest

from verdicts.rulesets.journal import State
from verdicts.rulesets.records import MAX_TEXT, Status, StepRefused, StoredSet, UnknownRuleset
from verdicts.rulesets.steps import demand_former, known, only, previous, take_step

A, B, C = ("a" * 16, "b" * 16, "c" * 16)


def state(*stand: Status, past: tuple[str, ...] = ()) -> State:
    ids = (A, B, C)[: len(stand)]
    sets = {id_: StoredSet(id_, one, 1, "x", "", "") for id_, one in zip(ids, stand, strict=True)}
    return State(sets, past)


def go(before: State, ruleset: str, status: Status, *, back: bool = False) -> State:
    return take_step(before, before.sets[ruleset], status, "why", rolled_back=back)[0]


def test_what_is_looked_up() -> None:
    one = state(Status.ACTIVE, Status.RETIRED, past=(B, "gone"))
    assert known(one, A) is only(one, Status.ACTIVE) is one.sets[A]
    assert only(one, Status.STAGED) is None
    assert previous(one) is one.sets[B]
    with pytest.raises(UnknownRuleset):
        known(one, A[:8])


@pytest.mark.parametrize("status", [Status.CHECKED, Status.STAGED])
def test_nobody_goes_back_to_what_never_was_active(status: Status) -> None:
    before = state(Status.RETIRED, Status.ACTIVE, status, past=(A,))
    with pytest.raises(StepRefused, match=r"not retired: .* activate it instead"):
        go(before, C, Status.ACTIVE, back=True)
    with pytest.raises(StepRefused, match="activate it instead"):
        demand_former(before, before.sets[C])
    after = go(before, C, Status.ACTIVE)
    assert (after.past, after.turns) == ((A, B), 1)


@pytest.mark.parametrize("status", [Status.RETIRED, Status.STAGED, Status.CHECKED])
def test_a_former_one_can_be_gone_back_to_though_it_was_tried_since(status: Status) -> None:
    before = state(Status.RETIRED, status, Status.ACTIVE, past=(A, B))
    after = go(before, B, Status.ACTIVE, back=True)
    assert after.past == (A,)
    assert [one.status for one in after.sets.values()] == ["retired", "active", "retired"]


def test_going_back_to_what_was_left_by_going_back_is_a_step_forward() -> None:
    before = state(Status.ACTIVE, Status.RETIRED, Status.RETIRED)
    after = go(before, C, Status.ACTIVE, back=True)
    assert previous(after) == after.sets[A]
    assert go(after, A, Status.ACTIVE, back=True).past == ()


def test_a_step_has_its_name() -> None:
    before = state(Status.ACTIVE, Status.CHECKED, Status.STAGED, past=(B,))
    names = {
        (B, Status.ACTIVE, True): "rolled back",
        (B, Status.ACTIVE, False): "activated",
        (B, Status.STAGED, False): "staged",
        (B, Status.CHECKED, False): "checked",
        (C, Status.CHECKED, False): "unstaged",
        (C, Status.REFUSED, False): "refused",
    }
    for (ruleset, status, back), name in names.items():
        one = before.sets[ruleset]
        assert take_step(before, one, status, "", rolled_back=back)[1] == name


def test_what_stands_elsewhere_changes_as_well() -> None:
    before = state(Status.ACTIVE, Status.CHECKED, Status.STAGED, past=(B,))
    after = go(before, B, Status.STAGED)
    assert (after.sets[C].status, after.sets[C].why) == (Status.CHECKED, f"{B} was staged")
    assert go(before, B, Status.REFUSED).past == ()
    after = go(before, C, Status.ACTIVE)
    assert (after.sets[A].status, after.sets[A].why) == (Status.RETIRED, f"{C} took over")
    assert before.sets[A].status is Status.ACTIVE
    one = take_step(before, before.sets[B], Status.STAGED, "y" * 999, rolled_back=False)[0]
    assert len(one.sets[B].why) == MAX_TEXT


def test_an_unknown_step_is_refused() -> None:
    one = state(Status.UNCHECKED)
    for status in (Status.ACTIVE, Status.STAGED, Status.RETIRED, Status.UNCHECKED):
        with pytest.raises(StepRefused, match="is unchecked: it cannot become"):
            go(one, A, status)
    with pytest.raises(StepRefused, match="is active"):
        go(replace(one, sets=state(Status.ACTIVE).sets), A, Status.ACTIVE)
