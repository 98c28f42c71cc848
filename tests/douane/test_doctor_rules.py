"""douane doctor on rules: the files, what is active and staged, and whether the folder differs."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from douane.doctor_rules import examine_rules
from douane.finding import Finding, Health
from douane.settings import Settings
from douane.settings_file import load_settings
from scanners.rules.manifest import ruleset_id
from verdicts.rulesets.records import Status
from verdicts.rulesets.signature import make_keys, read_private, read_trusted, sign
from verdicts.rulesets.store import Store

Write = Callable[[str], Path]
RULES = Path(__file__).parents[2] / "rules"
OWN = '[rules]\ndirectory = "rules"'


def examine(settings: Settings) -> dict[str, Finding]:
    return {finding.part: finding for finding in examine_rules(settings)}


@pytest.fixture
def folder(short_folder: Path) -> Path:
    return Path(shutil.copytree(RULES, short_folder / "rules"))


@pytest.fixture
def own(folder: Path, write: Write) -> Settings:
    """Settings with a folder of rules that a test may change."""
    return load_settings(write(OWN)).settings


@pytest.mark.parametrize("name, part", [("policy.toml", "policy"), ("channels.toml", "channels")])
def test_a_broken_file_is_named_with_its_line(
    own: Settings, folder: Path, name: str, part: str
) -> None:
    broken = folder / name
    broken.write_text("\nnonsense = 1\n" + broken.read_text())
    finding = examine(own)[part]
    assert finding.health is Health.BROKEN
    assert f"{broken}:2: " in finding.state
    assert "douane rules check" in finding.fix


def test_no_rules_at_all(write: Write) -> None:
    found = examine(load_settings(write('[rules]\ndirectory = "nowhere"')).settings)
    for part in ("policy", "channels", "rules folder"):
        assert found[part].health is Health.BROKEN
    assert "[rules] directory" in found["rules folder"].fix


def test_an_observer_is_said_so(write: Write) -> None:
    found = examine(load_settings(write('[policy]\nmode = "monitor"')).settings)
    assert "only observing" in found["policy"].state


def test_nothing_is_active_before_the_first_start(own: Settings, folder: Path) -> None:
    found = examine(own)
    assert (found["rule set"].health, found["rule set"].state) == (
        Health.WARNING,
        "none is active yet",
    )
    assert "douane serve" in found["rule set"].fix
    assert found["rules folder"].health is Health.OK
    assert found["rules folder"].state.endswith(f"YARA files in {folder}, {ruleset_id(folder)}")


def test_what_is_active_and_staged_since_when_and_by_whom(own: Settings, folder: Path) -> None:
    store = Store(own.rulesets_directory)
    first = store.take_in(folder, author="ann", note="", origin="folder")
    store.mark(first.id, Status.CHECKED, actor="ann")
    store.mark(first.id, Status.ACTIVE, actor="bob")
    found = examine(own)
    assert found["rules folder"].health is Health.OK
    assert "staged rule set" not in found
    state = found["rule set"].state
    since = store.history()[0].time
    assert state.startswith(f"{first.id} active since 20"), since
    assert state.endswith(" UTC by bob, not signed")
    (folder / "passwords.txt").write_text("another\n")
    second = store.take_in(folder, author="ann", note="", origin="folder")
    store.mark(second.id, Status.CHECKED, actor="ann")
    store.mark(second.id, Status.STAGED, actor="eve")
    found = examine(own)
    assert found["rule set"].state == state
    assert found["staged rule set"].state.startswith(f"{second.id} staged since 20")
    assert found["staged rule set"].state.endswith(" by eve, not signed")
    differs = found["rules folder"]
    assert differs.health is Health.WARNING
    assert differs.state.endswith(f"{second.id}: not what is active")
    assert "douane rules activate" in differs.fix


def test_a_roll_back_is_when_the_set_became_active(own: Settings, folder: Path) -> None:
    store = Store(own.rulesets_directory)
    for text in ("one\n", "another\n"):
        (folder / "passwords.txt").write_text(text)
        one = store.take_in(folder, author="ann", note="", origin="folder")
        store.mark(one.id, Status.CHECKED, actor="ann")
        store.mark(one.id, Status.ACTIVE, actor="ann")
    former = store.find("previous")
    store.mark(former.id, Status.ACTIVE, actor="eve", rolled_back=True)
    assert " by eve, " in examine(own)["rule set"].state


def test_who_signed_it(write: Write, folder: Path, short_folder: Path) -> None:
    private, public = short_folder / "soc.pem", short_folder / "soc.pub"
    make_keys(private, public)
    settings = load_settings(write(f'{OWN}\ntrusted_keys = ["soc.pub"]')).settings
    store = Store(settings.rulesets_directory, read_trusted((public,)))
    plain = store.take_in(folder, author="ann", note="", origin="folder")
    listed = store.folder(plain.id) / "MANIFEST"
    (folder / "MANIFEST").write_bytes(listed.read_bytes())
    (folder / "MANIFEST.sig").write_bytes(sign(listed.read_bytes(), read_private(private)))
    one = store.take_in(folder, author="ann", note="", origin="folder")
    store.mark(one.id, Status.CHECKED, actor="ann")
    store.mark(one.id, Status.ACTIVE, actor="ann")
    assert examine(settings)["rule set"].state.endswith("by ann, signed by soc")


def test_a_store_that_cannot_be_read(own: Settings, folder: Path) -> None:
    own.rulesets_directory.mkdir(parents=True)
    (own.rulesets_directory / "state.json").write_text("{")
    finding = examine(own)["rule set"]
    assert finding.health is Health.BROKEN
    assert "state.json" in finding.state
