"""With which rule set a service starts: the last good one, unless somebody changed the folder."""

import asyncio
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from douane.clamav import ClamavDaemon
from douane.rulesets.desk import RulesDesk
from douane.rulesets.service import RulesService
from douane.settings import Settings
from scanners.rules.manifest import ruleset_id
from scanners.rules.records import Problem
from tests.douane.rulesets import starts
from tests.douane.rulesets.starts import Nobody, Start
from verdicts.rule_file import RuleFileError
from verdicts.rulesets.orders import Action, Order, OrderRefused, ask
from verdicts.rulesets.records import RulesetError, Status, StoredSet
from verdicts.rulesets.signature import make_keys
from verdicts.rulesets.store import Store

folder, settings, store = starts.folder, starts.settings, starts.store
checked, start, running = starts.checked, starts.start, starts.running
told, said = starts.told, starts.said


async def test_the_first_start_takes_the_folder(
    start: Start, settings: Settings, folder: Path, store: Store, checked: dict[str, Any]
) -> None:
    one = await start()
    active = store.active
    assert active is not None
    assert (one.id, active.id) == (ruleset_id(folder),) * 2
    assert settings.active_rules.resolve() == store.folder(one.id)
    assert checked["ids"] == []
    assert [line.action for line in store.history()] == ["activated", "checked", "taken in"]


async def test_the_next_start_changes_nothing(
    start: Start, store: Store, checked: dict[str, Any]
) -> None:
    first = await start()
    lines = store.history()
    assert (await start()).id == first.id
    assert (store.history(), checked["ids"]) == (lines, [])


async def test_a_changed_folder_is_checked_and_taken(
    start: Start, folder: Path, store: Store, checked: dict[str, Any]
) -> None:
    first = await start()
    (folder / "passwords.txt").write_text("another\n")
    second = await start()
    assert second.id != first.id
    assert checked["ids"] == [second.id]
    assert store.find("active").id == second.id
    assert store.find("previous").id == first.id


async def test_a_broken_folder_leaves_the_last_good_one(
    start: Start,
    folder: Path,
    store: Store,
    settings: Settings,
    *,
    checked: dict[str, Any],
    said: list[str],
) -> None:
    first = await start()
    (folder / "yara" / "broken.yar").write_text("rule")
    checked["problems"] = (Problem("yara/broken.yar", 1, "", "it does not compile", "mend"),)
    for _ in range(2):
        assert (await start()).id == first.id
        assert settings.active_rules.resolve() == store.folder(first.id)
        assert "was changed and cannot be used" in said[-1]
        assert f"last good rule set {first.id}" in said[-1]
    shutil.rmtree(folder)
    assert (await start()).id == first.id


async def test_a_start_with_another_set_is_told_and_looks_back(
    start: Start, folder: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = asyncio.Event()

    async def look_back(*words: Any) -> None:
        await words[-1].activated.wait()
        looking.set()

    await start()
    monkeypatch.setattr("douane.rulesets.service.look_back_always", look_back)
    (folder / "passwords.txt").write_text("another\n")
    second = await start()
    assert told[-1] == second.id
    async with asyncio.timeout(10):
        await looking.wait()


async def test_what_is_saved_while_it_starts_is_taken_by_the_next_start(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = RulesService.open

    async def save(self: RulesService, *words: Any) -> None:
        (folder / "passwords.txt").write_text("saved while it starts\n")
        await opened(self, *words)

    with monkeypatch.context() as starting:
        starting.setattr(RulesService, "open", save)
        first = await start()
    assert first.id != ruleset_id(folder)
    assert (await start()).id == ruleset_id(folder)


async def test_the_first_set_has_to_be_signed_as_well(
    settings: Settings, folder: Path, tmp_path: Path
) -> None:
    make_keys(tmp_path / "ann.pem", tmp_path / "ann.pub")
    terms = {"trusted_keys": (tmp_path / "ann.pub",), "require_signature": True}
    strict = settings.model_copy(update={"rules": settings.rules.model_copy(update=terms)})
    service = RulesService(strict, ClamavDaemon(strict), Nobody())
    with pytest.raises(OrderRefused, match="is not signed"):
        await service.begin(print)
    assert not settings.active_rules.exists()


async def test_who_rolled_back_stays_there(start: Start, folder: Path, store: Store) -> None:
    first = await start()
    (folder / "passwords.txt").write_text("another\n")
    await start()
    store.mark(first.id, Status.ACTIVE, actor="ann", rolled_back=True)
    assert (await start()).id == first.id
    (folder / "passwords.txt").write_text("a third\n")
    assert (await start()).id == ruleset_id(folder)


async def test_a_roll_back_from_what_was_ordered_stays(
    start: Start,
    settings: Settings,
    folder: Path,
    store: Store,
    *,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The folder went live by an order, not by a start, and came off again by another."""
    first = await start()
    (folder / "passwords.txt").write_text("another\n")
    second = store.take_in(folder, author="ann", note="", origin="handed in")
    store.mark(second.id, Status.CHECKED, actor="ann")
    meant: dict[Action, StoredSet] = {"activate": second, "rollback": first}

    async def carry_out(_: RulesDesk, order: Order, say: object) -> dict[str, object]:
        return asdict(store.mark(meant[order.action].id, Status.ACTIVE, actor=order.actor))

    monkeypatch.setattr(RulesDesk, "carry_out", carry_out)
    for action, one in meant.items():
        order = Order(action, "ann")
        done = await asyncio.to_thread(ask, settings.run_directory, order, print)
        assert done["id"] == one.id
    assert (await start()).id == first.id
    (folder / "passwords.txt").write_text("a third\n")
    assert (await start()).id == ruleset_id(folder)


async def test_a_first_folder_that_is_broken_is_said_of_the_folder(
    start: Start, folder: Path
) -> None:
    (folder / "policy.toml").write_text("default = 3")
    with pytest.raises(RuleFileError, match=str(folder / "policy.toml")):
        await start()


async def test_a_tampered_store_is_left_for_the_folder(
    start: Start, folder: Path, store: Store, said: list[str]
) -> None:
    first = await start()
    path = store.folder(first.id) / "passwords.txt"
    path.chmod(0o644)
    path.write_text("tampered\n")
    assert (await start()).id == first.id == ruleset_id(folder)
    assert "warning: the files of rule set" in said[-1]
    store.verify(first.id)


async def test_a_key_that_cannot_be_read_is_said_at_once(settings: Settings) -> None:
    rules = settings.rules.model_copy(update={"trusted_keys": (Path("/nonexistent.pem"),)})
    wrong = settings.model_copy(update={"rules": rules})

    with pytest.raises(RulesetError, match=r"nonexistent\.pem"):
        RulesService(wrong, ClamavDaemon(wrong), Nobody())
