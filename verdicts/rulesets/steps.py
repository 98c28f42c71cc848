"""The life of rule sets: which step leads where, and which set a roll-back goes to."""

from dataclasses import replace

from verdicts.rulesets.journal import State
from verdicts.rulesets.records import MAX_TEXT, Status, StepRefused, StoredSet, UnknownRuleset

STEPS = {
    Status.CHECKED: set(Status) - {Status.ACTIVE},
    Status.STAGED: {Status.CHECKED, Status.RETIRED},
    Status.ACTIVE: {Status.CHECKED, Status.STAGED, Status.RETIRED},
    Status.REFUSED: set(Status) - {Status.ACTIVE},
}
"""Status -> from which ones it can be reached.  Active ends only when another set becomes it."""
ACTIONS = {
    Status.CHECKED: "checked",
    Status.STAGED: "staged",
    Status.ACTIVE: "activated",
    Status.REFUSED: "refused",
}


def known(state: State, ruleset: str) -> StoredSet:
    """Return the set with this whole id; raise UnknownRuleset."""
    if ruleset not in state.sets:
        raise UnknownRuleset(f"there is no rule set {ruleset[:40]!a}; see `douane rules status`")
    return state.sets[ruleset]


def only(state: State, status: Status) -> StoredSet | None:
    """Return the set that is active, or staged."""
    return next((one for one in state.sets.values() if one.status is status), None)


def previous(state: State) -> StoredSet | None:
    """Return the set that was active before the present one, if it is still there."""
    return next((state.sets[each] for each in reversed(state.past) if each in state.sets), None)


def demand_former(state: State, one: StoredSet) -> None:
    """Raise StepRefused unless the set was active once, so that one can go back to it."""
    if one.status not in (Status.RETIRED, Status.ACTIVE) and one.id not in state.past:
        raise StepRefused(
            f"rule set {one.id} is {one.status}, not retired: there is nothing to go back to; "
            "activate it instead"
        )


def take_step(
    state: State, one: StoredSet, status: Status, why: str, *, rolled_back: bool
) -> tuple[State, str]:
    """Return what follows, but for the line of history, and the name of the step there.

    Raises StepRefused.
    """
    if one.status not in STEPS.get(status, set()):
        raise StepRefused(f"rule set {one.id} is {one.status}: it cannot become {status}")
    sets, past, turns, action = dict(state.sets), state.past, state.turns, ACTIONS[status]
    if status is Status.ACTIVE:
        turns += 1
        if rolled_back:
            demand_former(state, one)
            action = "rolled back"
        active = only(state, Status.ACTIVE)
        if active is not None:
            reason = f"{one.id} took over"
            sets[active.id] = replace(active, status=Status.RETIRED, why=reason)
        past = _past(past, active.id if active else "", one.id, rolled_back=rolled_back)
    elif status is Status.STAGED and (staged := only(state, Status.STAGED)) is not None:
        sets[staged.id] = replace(staged, status=Status.CHECKED, why=f"{one.id} was staged")
    elif status is Status.REFUSED:
        past = tuple(each for each in past if each != one.id)
    elif one.status is Status.STAGED:
        action = "unstaged"
    sets[one.id] = replace(one, status=status, why=why[:MAX_TEXT])
    return replace(state, sets=sets, past=past, turns=turns), action


def _past(
    past: tuple[str, ...], former: str, ruleset: str, *, rolled_back: bool
) -> tuple[str, ...]:
    """Return what was active before `ruleset`, each once, once that is active.

    To go back to one that was left by going back is a step forward: the one that it replaces can
    be gone back to.
    """
    if rolled_back and ruleset in past:
        return past[: past.index(ruleset)]
    return tuple(each for each in (*past, former) if each and each != ruleset)
