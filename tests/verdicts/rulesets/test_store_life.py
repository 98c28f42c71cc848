"""Whatever is done to the store, and wherever it crashes: one set is active, and history knows."""

import tempfile
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verdicts.rulesets.conftest import MakeSet
from verdicts.rulesets.records import Status, StepRefused, StoredSet, UnknownRuleset
from verdicts.rulesets.store import Store

CONTENTS = range(4)
CRASHES = {"before the state": "Journal.write", "between state and history": "sync_folder"}
ACTIONS = ("take in", "prune", "roll back", *Status, Status.ACTIVE, Status.ACTIVE, Status.STAGED)

steps = st.tuples(
    st.sampled_from(ACTIONS),
    st.sampled_from(CONTENTS),
    st.sampled_from(("none", "none", "none", *CRASHES)),
)


class Crash(Exception):
    """The power went."""


def crash(*_: object) -> None:
    raise Crash


def sources(folder: Path) -> list[Path]:
    places = [folder / f"source-{number}" for number in CONTENTS]
    for number, place in enumerate(places):
        place.mkdir()
        (place / "policy.toml").write_text(f"# {number}")
    return places


def do(store: Store, action: str, source: Path, ids: dict[Path, str]) -> None:
    if action == "take in":
        ids[source] = store.take_in(source, author="a", note="", origin="o").id
    elif action == "prune":
        store.prune(keep=3)
    elif action == "roll back":
        if store.previous is not None:
            store.mark(store.previous.id, Status.ACTIVE, actor="b", rolled_back=True)
    else:
        store.mark(ids.get(source, "0" * 16), Status(action), actor="b")


def act(store: Store, action: str, source: Path, ids: dict[Path, str], at: str) -> None:
    """Do it, and die where `at` says; who is told of it is not part of the state."""
    place = {"before the state": "Journal.write", "between state and history": "sync_folder"}.get(
        at
    )
    try:
        if place is None:
            do(store, action, source, ids)
            return
        with mock.patch(f"verdicts.rulesets.journal.{place}", crash):
            do(store, action, source, ids)
    except (Crash, StepRefused, UnknownRuleset):
        pass


def told(store: Store) -> StoredSet | None:
    """Return the set that the history says is active."""
    lines = [line for line in store.history() if line.action in ("activated", "rolled back")]
    return store.find(lines[0].ruleset) if lines else None


@settings(max_examples=30)
@given(st.lists(steps, min_size=8, max_size=25))
def test_any_life(life: list[tuple[str, int, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, ids, had_active = Path(name), dict[Path, str](), False
        places, store = sources(folder), Store(folder / "rulesets")
        for place in places:
            do(store, "take in", place, ids)
            do(store, Status.CHECKED, place, ids)
        length = len(store.history())
        for action, number, at in life:
            act(Store(folder / "rulesets"), action, places[number], ids, at)
            store = Store(folder / "rulesets")
            stand = [one.status for one in store.all()]
            active = stand.count(Status.ACTIVE)
            assert active == 1 if had_active else active <= 1
            assert stand.count(Status.STAGED) <= 1
            had_active = bool(active)
            assert told(store) == store.active
            for one in store.all():
                store.verify(one.id)
            times = [line.time for line in store.history()]
            assert times == sorted(times, reverse=True)
            assert length <= len(times) <= length + 1
            length = len(times)
            if store.previous is not None:
                assert store.previous != store.active
                assert store.previous.status in (Status.RETIRED, Status.CHECKED, Status.STAGED)


def test_what_a_set_is_an_edit_of_is_kept_with_it(store: Store, make_set: MakeSet) -> None:
    """As long as that is in use; it is no edit of itself."""
    base, edited, more = (
        store.take_in(make_set(name), author="a", note="", origin="o").id
        for name in ("base", "edited", "more")
    )
    assert store.rebase(edited, base).base == base
    assert store.rebase(edited, edited).base == ""
    store.rebase(edited, base)
    for step in (Status.CHECKED, Status.ACTIVE):
        store.mark(edited, step, actor="a")
    assert store.find(edited).base == base
    assert store.prune(keep=1) == [more]
    with pytest.raises(UnknownRuleset):
        store.rebase(more, base)
