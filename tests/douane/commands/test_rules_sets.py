"""douane rules status, history, diff: read from the store, with or without a service."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from douane.commands import rules_sets
from douane.commands.rules_sets import shadow_counts
from douane.settings import Settings
from douane.settings_file import load_settings
from douane.state import lock_state
from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.rulesets.records import Status
from verdicts.rulesets.store import Store
from verdicts.shadow_status import ShadowStatus
from verdicts.status import FrontStatus

Douane = Callable[..., int]
Out = pytest.CaptureFixture[str]
OWN = '[rules]\ndirectory = "rules"'


@pytest.fixture
def settings(write: Callable[[str], Path]) -> Settings:
    return load_settings(write(OWN)).settings


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.rulesets_directory)


@pytest.fixture
def sets(settings: Settings, store: Store) -> list[str]:
    """A retired, an active and a staged set; the folder of rules is as the staged one."""
    folder, ids = settings.rules.directory, []
    (folder / "yara").mkdir(parents=True)
    for number, steps in enumerate(
        [
            (Status.CHECKED, Status.ACTIVE),
            (Status.CHECKED, Status.ACTIVE),
            (Status.CHECKED, Status.STAGED),
        ]
    ):
        (folder / "yara" / "a.yar").write_text(f"rule r{number} {{ condition: true }}")
        (folder / "blocked.txt").write_text(f"line {number}\n")
        ids.append(store.take_in(folder, author="al", note=f"note {number}\x1b", origin="o").id)
        for step in steps:
            store.mark(ids[-1], step, actor="bob", why=f"why {number}")
    return ids


def test_an_empty_store(douane: Douane, capsys: Out) -> None:
    assert douane("rules", "status", toml=OWN) == 0
    assert capsys.readouterr().out == "active    none\nstaged    none\nprevious  none\n"
    assert douane("rules", "history", toml=OWN) == 0
    assert capsys.readouterr().out == ""


def test_status(douane: Douane, sets: list[str], capsys: Out) -> None:
    assert douane("rules", "status", toml=OWN) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [f"active    {sets[1]}", f"staged    {sets[2]}", f"previous  {sets[0]}"]
    assert lines[4].split() == ["ID", "STATUS", "TAKEN", "IN", "BY", "NOTE"]
    assert [line.split()[:2] for line in lines[5:]] == [
        [sets[2], "staged"],
        [sets[1], "active"],
        [sets[0], "retired"],
    ]
    assert lines[6].endswith("al            note 1\ufffd; why 1")
    assert douane("rules", "status", "--json", toml=OWN) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["active"], document["staged"], document["previous"]) == (
        sets[1],
        sets[2],
        sets[0],
    )
    assert document["shadow"] is None
    assert [one["status"] for one in document["sets"]] == ["staged", "active", "retired"]
    assert document["sets"][0]["made"].endswith("Z")


def test_what_the_staged_set_would_do(
    douane: Douane, sets: list[str], capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {"compared": 10, "would_block": 1}
    monkeypatch.setattr(rules_sets, "shadow_counts", lambda settings, ruleset: counts)
    assert douane("rules", "status", toml=OWN) == 0
    assert "shadow    compared 10, would_block 1\n" in capsys.readouterr().out
    assert douane("rules", "status", "--json", toml=OWN) == 0
    assert json.loads(capsys.readouterr().out)["shadow"] == counts


def test_the_counts_of_all_fronts_together(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shadow_counts(settings, "a") is None
    status = FrontStatus(0, 1, "up", "", "", "", 1, 2, (), "", "", 0, 0, 0)
    shadows = (ShadowStatus("a", 5, 1), ShadowStatus("a", 7, skipped=2), ShadowStatus("b", 9), None)
    fronts = tuple(SeenFront(replace(status, shadow=shadow), 0) for shadow in shadows)
    monkeypatch.setattr(rules_sets, "ask_state", lambda ledger: LedgerState(True, 0, 0, fronts))
    lock = lock_state(settings)
    counts = shadow_counts(settings, "a")
    assert counts is not None
    assert {name: count for name, count in counts.items() if count} == {
        "compared": 12,
        "would_block": 1,
        "skipped": 2,
    }
    monkeypatch.undo()
    assert shadow_counts(settings, "a") is None  # the ledger is away
    os.close(lock)


def test_history(douane: Douane, sets: list[str], capsys: Out) -> None:
    assert douane("rules", "history", toml=OWN) == 0
    text = capsys.readouterr().out
    assert f" {sets[1]} activated by bob, before it {sets[0]}: why 1\n  + r1\n  - r0\n" in text
    assert text.index(f"{sets[2]} staged by bob") < text.index(f"{sets[0]} taken in by al")
    assert douane("rules", "history", "--json", toml=OWN) == 0
    rows = json.loads(capsys.readouterr().out)["data"]
    assert rows[0]["action"] == "staged"
    assert rows[0]["time"] >= rows[-1]["time"]


def test_long_steps_are_cut_short(
    douane: Douane, settings: Settings, store: Store, capsys: Out
) -> None:
    (settings.rules.directory / "yara").mkdir(parents=True)
    rules = "".join(f"rule r{number:02} {{ condition: true }}\n" for number in range(25))
    (settings.rules.directory / "yara" / "a.yar").write_text(rules)
    one = store.take_in(settings.rules.directory, author="al", note="same", origin="o")
    store.mark(one.id, Status.CHECKED, actor="al", why="same")
    store.mark(one.id, Status.ACTIVE, actor="al", why="same")
    assert douane("rules", "history", toml=OWN) == 0
    assert "  + r19\n  + … 5 more, in --json\n" in capsys.readouterr().out
    assert douane("rules", "status", toml=OWN) == 0
    assert capsys.readouterr().out.endswith("al            same\n")


def test_diff(douane: Douane, sets: list[str], settings: Settings, capsys: Out) -> None:
    changed = (
        "rules\n  + r2\n  - r1\nfiles\n  ~ blocked.txt\n  ~ yara/a.yar\n"
        "blocked.txt\n  + line 2\n  - line 1\n"
    )
    for words in ([], ["active"], ["active", "staged"], [sets[1], settings.rules.directory]):
        assert douane("rules", "diff", *words, toml=OWN) == 1
        assert capsys.readouterr().out == changed
    assert douane("rules", "diff", "staged", toml=OWN) == 0
    assert capsys.readouterr().out == ""


def test_diff_tells_what_an_activation_does_about_edits(
    douane: Douane, settings: Settings, store: Store, capsys: Out
) -> None:
    """Of the active set, and of no other: only its edits are kept."""
    folder, line = settings.rules.directory, f"{'a' * 64} never worm of monday\n"
    folder.mkdir()
    (folder / "blocked.txt").touch()
    (folder / "policy.toml").touch()
    base = store.take_in(folder, author="al", note="", origin="o")
    (folder / "blocked.txt").write_text(line)
    (folder / "policy.toml").write_text("# looser")
    edited = store.rebase(store.take_in(folder, author="al", note="", origin="o").id, base.id)
    for status in (Status.CHECKED, Status.ACTIVE):
        store.mark(edited.id, status, actor="al", why="")
    (folder / "blocked.txt").write_text("")
    (folder / "policy.toml").write_text("# stricter")
    assert douane("rules", "diff", toml=OWN) == 1
    shown = capsys.readouterr().out
    assert f"blocked.txt\n  - {line}" in shown
    assert "keeps it\n  blocked.txt: aaaaaaaaaaaaaaaa added: of monday (worm)\n" in shown
    assert shown.endswith("before one gives way\n  policy.toml: replaced\n")
    assert douane("rules", "diff", base.id, toml=OWN) == 1
    assert "REST" not in capsys.readouterr().out
    (store.folder(edited.id) / "blocked.txt").write_text("nonsense\n")
    assert douane("rules", "diff", toml=OWN) == 2
    assert "blocked.txt" in capsys.readouterr().err


def test_diff_against_nothing(
    douane: Douane, settings: Settings, store: Store, capsys: Out
) -> None:
    settings.rules.directory.mkdir()
    (settings.rules.directory / "policy.toml").touch()
    assert douane("rules", "diff", toml=OWN) == 1
    assert capsys.readouterr().out == "files\n  + policy.toml\n"
    assert douane("rules", "diff", "beef", toml=OWN) == 2
    assert "there is no rule set beef" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["status", "history", "diff"])
def test_a_damaged_state_says_what_to_do(
    douane: Douane, settings: Settings, action: str, capsys: Out
) -> None:
    settings.rulesets_directory.mkdir(parents=True)
    (settings.rulesets_directory / "state.json").write_text("{")
    assert douane("rules", action, toml=OWN) == 2
    assert "is damaged" in capsys.readouterr().err
