"""The store: what is taken in, found, marked, gone back to, and thrown away."""

import os
import re
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scanners.rules.manifest import MANIFEST, manifest, ruleset_id
from tests.verdicts.rulesets.conftest import MakeSet
from verdicts.rulesets import store as module
from verdicts.rulesets.copying import SIGNATURE
from verdicts.rulesets.journal import Journal, State
from verdicts.rulesets.records import (
    SetMalformed,
    SetTampered,
    Status,
    StepRefused,
    StoredSet,
    UnknownRuleset,
)
from verdicts.rulesets.signature import SignatureWrong, sign
from verdicts.rulesets.store import Store

RULE = "rule one { condition: true }"


def take(store: Store, source: Path) -> StoredSet:
    return store.take_in(source, author="alice", note="a note", origin=str(source))


def go(store: Store, ruleset: str, *steps: Status) -> StoredSet:
    for step in steps:
        done = store.mark(ruleset, step, actor="bob", why=f"to be {step}")
    return done


@pytest.fixture
def three(store: Store, make_set: MakeSet) -> list[str]:
    """Sets that were active one after the other."""
    ids = [take(store, make_set(name)).id for name in ("one", "two", "three")]
    for each in ids:
        go(store, each, Status.CHECKED, Status.ACTIVE)
    return ids


def test_an_empty_store(store: Store) -> None:
    assert (store.active, store.staged, store.previous) == (None, None, None)
    assert (store.all(), store.history(), store.prune()) == ([], [], [])
    with pytest.raises(UnknownRuleset, match="there is no active rule set"):
        store.find("active")


def test_what_is_taken_in_is_a_copy_with_an_id(store: Store, make_set: MakeSet) -> None:
    source = make_set(files={"yara/a.yar": RULE})
    taken = take(store, source)
    assert taken.id == ruleset_id(source)
    assert (taken.status, taken.author, taken.note) == (Status.UNCHECKED, "alice", "a note")
    assert (store.folder(taken.id) / MANIFEST).read_bytes() == manifest(source)
    (source / "yara/a.yar").write_text("rule two { condition: false }")
    store.verify(taken.id)
    assert [line.action for line in store.history()] == ["taken in"]


def test_the_same_content_is_the_same_set(store: Store, make_set: MakeSet) -> None:
    taken = take(store, make_set())
    go(store, taken.id, Status.CHECKED)
    again = store.take_in(make_set(), author="carol", note="", origin="upload")
    assert (again.status, again.author) == (Status.CHECKED, "alice")
    assert len(store.all()) == 1
    assert len(list(store.folder(taken.id).parent.iterdir())) == 1


def test_what_is_no_set_leaves_nothing(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SetMalformed):
        take(store, tmp_path / "nowhere")
    assert store.all() == []
    assert list((tmp_path / "state/rulesets/sets").iterdir()) == []


def test_the_life_of_a_set(store: Store, make_set: MakeSet) -> None:
    old, new = take(store, make_set("old")), take(store, make_set("new", {"yara/a.yar": RULE}))
    go(store, old.id, Status.CHECKED, Status.ACTIVE)
    go(store, new.id, Status.CHECKED, Status.STAGED)
    assert store.staged == store.find("staged") == store.find(new.id[:4])
    go(store, new.id, Status.ACTIVE)
    assert store.staged is None
    assert store.active == store.find("active")
    assert store.active is not None
    assert (store.active.id, store.active.why) == (new.id, "to be active")
    assert store.previous == store.find(old.id)
    assert store.find(old.id).status is Status.RETIRED
    newest = store.history()[0]
    assert (newest.actor, newest.action, newest.former) == ("bob", "activated", old.id)
    assert (newest.added, newest.removed, newest.changed) == (("one",), (), ("policy.toml",))
    actions = ["taken in", "taken in", "checked", "activated", "checked", "staged", "activated"]
    assert [line.action for line in reversed(store.history())] == actions


def test_staging_another_takes_the_first_back(store: Store, make_set: MakeSet) -> None:
    first, second = take(store, make_set("a")), take(store, make_set("b"))
    for each in (first, second):
        go(store, each.id, Status.CHECKED, Status.STAGED)
    assert store.find(first.id).status is Status.CHECKED
    assert go(store, second.id, Status.CHECKED).status is Status.CHECKED
    assert store.staged is None
    assert store.history()[0].action == "unstaged"


def test_roll_back_goes_on_backwards(store: Store, three: list[str]) -> None:
    for expected in (three[1], three[0]):
        assert store.previous is not None
        assert store.previous.id == expected
        store.mark(expected, Status.ACTIVE, actor="bob", why="bad", rolled_back=True)
        assert store.history()[0].action == "rolled back"
    assert store.previous is None


def test_a_step_forward_after_a_roll_back(store: Store, three: list[str]) -> None:
    store.mark(three[0], Status.ACTIVE, actor="bob", rolled_back=True)
    assert store.previous is None
    go(store, three[2], Status.ACTIVE)
    assert store.find("previous").id == three[0]


def test_nothing_is_gone_back_to_that_never_was_active(
    store: Store, three: list[str], make_set: MakeSet
) -> None:
    new = take(store, make_set("new")).id
    go(store, new, Status.CHECKED)
    before = store.all()
    with pytest.raises(StepRefused, match="activate it instead"):
        store.mark(new, Status.ACTIVE, actor="bob", rolled_back=True)
    with pytest.raises(StepRefused, match="activate it instead"):
        store.former(new)
    assert store.all() == before
    assert store.former().id == store.former(three[1][:8]).id == three[1]


def test_a_set_is_on_the_disk_before_the_journal_names_it(
    store: Store, make_set: MakeSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    fsync, write = os.fsync, Journal.write

    def noted(descriptor: int) -> None:
        flushed.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        fsync(descriptor)

    def named(journal: Journal, state: State) -> None:
        names = [Path(each).name for each in flushed]
        assert {"a.yar", "yara", "policy.toml", MANIFEST} <= set(names)
        assert names[-1] == "sets"
        write(journal, state)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Journal, "write", named)
    taken = take(store, make_set(files={"yara/a.yar": RULE}))
    (store.folder(taken.id) / "yara/a.yar").unlink()
    flushed.clear()
    assert take(store, make_set()).id == taken.id  # which repairs it


def test_each_reign_has_its_number(store: Store, three: list[str], tmp_path: Path) -> None:
    assert store.turns == 3
    with pytest.raises(StepRefused):
        go(store, three[2], Status.ACTIVE)
    take(store, store.folder(three[0]))
    go(store, three[0], Status.STAGED, Status.CHECKED)
    store.prune()
    assert store.turns == 3
    store.mark(three[1], Status.ACTIVE, actor="bob", rolled_back=True)
    go(store, three[2], Status.ACTIVE)
    assert Store(tmp_path / "state" / "rulesets").turns == 5


def test_a_refused_set_is_not_gone_back_to(store: Store, three: list[str]) -> None:
    go(store, three[1], Status.REFUSED)
    assert store.find("previous").id == three[0]


@pytest.mark.parametrize("step", [Status.STAGED, Status.ACTIVE, Status.RETIRED, Status.UNCHECKED])
def test_nothing_goes_live_unchecked(store: Store, make_set: MakeSet, step: Status) -> None:
    taken = take(store, make_set())
    with pytest.raises(StepRefused, match=f"is unchecked: it cannot become {step}"):
        go(store, taken.id, step)
    go(store, taken.id, Status.REFUSED)
    with pytest.raises(StepRefused, match="is refused"):
        go(store, taken.id, step)
    assert go(store, taken.id, Status.CHECKED).status is Status.CHECKED


@pytest.mark.parametrize("step", Status)
def test_what_is_active_stays_so_until_another_is(
    store: Store, three: list[str], step: Status
) -> None:
    with pytest.raises(StepRefused, match="is active"):
        go(store, three[2], step)


@pytest.mark.parametrize("name", ["", "abc", "../../etc", "ABCD", "a" * 17, "activ", "dead\n"])
def test_names_that_name_nothing(store: Store, three: list[str], name: str) -> None:
    with pytest.raises(UnknownRuleset, match="names no rule set: give 4 to 16 hex digits"):
        store.find(name)
    for call in (store.folder, store.verify, lambda one: go(store, one, Status.CHECKED)):
        with pytest.raises(UnknownRuleset):
            call(name)


def test_short_names(store: Store, three: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PREFIX", re.compile("[0-9a-f]*"))
    with pytest.raises(UnknownRuleset, match=f"is short for .*{three[1]}.*; give more digits"):
        store.find("")
    nothing = next(f"{n:04x}" for n in range(9) if not any(i.startswith(f"{n:04x}") for i in three))
    with pytest.raises(UnknownRuleset, match=f"there is no rule set {nothing}"):
        store.find(nothing)
    with pytest.raises(UnknownRuleset):
        store.folder(three[0][:8])


def test_a_stored_set_that_was_changed_is_refused(store: Store, make_set: MakeSet) -> None:
    taken = take(store, make_set(files={"yara/a.yar": RULE}))
    place = store.folder(taken.id)
    for name in ("yara/b.yar", MANIFEST):
        (place / name).unlink(missing_ok=True)
        (place / name).write_text(RULE)
        with pytest.raises(SetTampered, match="take it in again"):
            store.verify(taken.id)
        assert take(store, make_set()).id == taken.id  # which repairs it
        store.verify(taken.id)
    shutil.rmtree(place)
    with pytest.raises(SetTampered):
        store.verify(taken.id)


def test_a_damaged_active_set_does_not_hold_the_next_one_up(
    store: Store, three: list[str], make_set: MakeSet
) -> None:
    policy = store.folder(three[2]) / "policy.toml"
    policy.unlink()
    policy.symlink_to("/proc/self/mem")  # a file that cannot be read
    go(store, take(store, make_set("next")).id, Status.CHECKED, Status.ACTIVE)
    assert store.history()[0].action == "activated"


def test_signatures(make_set: MakeSet, tmp_path: Path) -> None:
    key, source = Ed25519PrivateKey.generate(), make_set()
    store = Store(tmp_path / "rulesets", {"team": key.public_key()})
    taken = take(store, source)
    assert taken.signed_by == ""
    (source / MANIFEST).write_bytes(manifest(source))
    (source / SIGNATURE).write_bytes(sign(manifest(source), Ed25519PrivateKey.generate()))
    with pytest.raises(SignatureWrong):
        take(store, source)
    (source / SIGNATURE).write_bytes(sign(manifest(source), key))
    assert take(store, source).signed_by == "team"
    assert store.find(taken.id).signed_by == "team"
    assert (store.folder(taken.id) / SIGNATURE).exists()


def test_old_sets_go_and_those_in_use_stay(
    store: Store, three: list[str], make_set: MakeSet, tmp_path: Path
) -> None:
    ids = [*three, *(take(store, make_set(f"s{n}")).id for n in range(3))]
    left = tmp_path / "state/rulesets/sets/.new-left"
    left.mkdir()
    assert store.prune(keep=4) == [ids[0], ids[3]]
    assert not left.exists()
    assert store.prune(keep=0) == ids[4:]
    assert {one.id for one in store.all()} == {ids[1], ids[2]}
    assert {path.name for path in left.parent.iterdir()} == {ids[1], ids[2]}
    assert len(store.history()) == 12


def test_texts_and_names_are_bounded(store: Store, make_set: MakeSet) -> None:
    rules = "".join(f"rule r{n:03} {{ condition: true }}\n" for n in range(150))
    source = make_set(files={"yara/a.yar": rules})
    taken = store.take_in(source, author="a" * 999, note="n" * 9999, origin="o" * 999)
    assert (len(taken.author), len(taken.note), len(taken.origin)) == (500, 500, 500)
    go(store, taken.id, Status.CHECKED, Status.ACTIVE)
    assert store.history()[0].added[-2:] == ("r099", "and 51 more")
