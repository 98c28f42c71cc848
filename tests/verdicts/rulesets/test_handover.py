"""Folders handed to the supervisor: its own copy, named without a way out."""

import os
import time
from pathlib import Path

import pytest

from scanners.rules.manifest import ruleset_id
from tests.verdicts.rulesets.conftest import MakeSet
from verdicts.rulesets.bundle import pack
from verdicts.rulesets.handover import KEPT_SECONDS, bring, handed_over, incoming, sweep
from verdicts.rulesets.orders import OrderRefused
from verdicts.rulesets.records import SetMalformed


def test_a_folder_and_a_bundle_are_brought(make_set: MakeSet, tmp_path: Path) -> None:
    source, top = make_set(), tmp_path / "rulesets"
    pack(source, tmp_path / "bundle", None)
    for place in (source, tmp_path / "bundle"):
        folder = bring(top, place)
        assert ruleset_id(folder) == ruleset_id(source)
        assert handed_over(top, str(folder)) == folder
    assert (top / "incoming").stat().st_mode & 0o777 == 0o700


def test_what_is_no_rule_set_is_not_brought(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no bundle")
    for place in ("file", "none"):
        with pytest.raises(SetMalformed):
            bring(tmp_path / "rulesets", tmp_path / place)
    assert list((tmp_path / "rulesets" / "incoming").iterdir()) == []


@pytest.mark.parametrize("folder", ["", "/", "..", "incoming", "/etc", "0" * 16, "link", "file"])
def test_other_folders_are_none_of_ours(tmp_path: Path, folder: str) -> None:
    (tmp_path / "incoming").mkdir()
    (tmp_path / "incoming" / "link").symlink_to("/etc")
    (tmp_path / "incoming" / ("a" * 16)).symlink_to("/etc")
    (tmp_path / "incoming" / ("b" * 16)).touch()
    for text in (folder, f"{tmp_path}/incoming/{folder}", "a" * 16, "b" * 16, "a" * 15 + "/.."):
        with pytest.raises(OrderRefused, match="hand it in again"):
            handed_over(tmp_path, text)


def test_the_owner_of_the_state_owns_it(
    make_set: MakeSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, tuple[int, int]] = {}

    def chown(path: Path, owner: int, group: int, *, follow_symlinks: bool) -> None:
        assert not follow_symlinks
        given[path.name] = owner, group

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", chown)
    folder = bring(tmp_path / "rulesets", make_set())
    assert {folder.name, "rulesets", "incoming", "policy.toml", "MANIFEST"} == set(given)
    state = tmp_path.stat()
    assert set(given.values()) == {(state.st_uid, state.st_gid)}


def test_what_nobody_ordered_about_goes_after_a_day(make_set: MakeSet, tmp_path: Path) -> None:
    sweep(tmp_path)  # before anything was ever handed over
    old, new = bring(tmp_path, make_set()), bring(tmp_path, make_set())
    day_ago = time.time() - KEPT_SECONDS - 60
    os.utime(old, (day_ago, day_ago))
    sweep(tmp_path)
    assert not old.exists()
    assert new.exists()
    assert incoming(tmp_path) != incoming(tmp_path)
