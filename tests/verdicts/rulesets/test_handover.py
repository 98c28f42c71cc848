"""Folders handed to the supervisor: its own copy, named without a way out."""

import os
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from scanners.rules.manifest import ruleset_id
from tests.verdicts.rulesets.conftest import MakeSet
from verdicts.rulesets.bundle import pack
from verdicts.rulesets.copying import copy_set
from verdicts.rulesets.handover import (
    KEPT_SECONDS,
    HandoverFailed,
    bring,
    bring_bundle,
    bring_changed,
    handed_over,
    sweep,
)
from verdicts.rulesets.orders import OrderRefused
from verdicts.rulesets.records import SetMalformed

NOBODY = 65534
RULE = "rule a { condition: true }"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def test_a_folder_and_a_bundle_are_brought(make_set: MakeSet, tmp_path: Path) -> None:
    source, top = (
        make_set(files={"yara/a.yar": RULE}),
        tmp_path / "rulesets",
    )
    pack(source, tmp_path / "bundle", None)
    data = (tmp_path / "bundle").read_bytes()
    open_before = len(os.listdir("/proc/self/fd"))
    folders = [
        bring(top, source),
        bring(top, tmp_path / "bundle"),
        bring_bundle(top, BytesIO(data)),
    ]
    for folder in folders:
        assert ruleset_id(folder) == ruleset_id(source)
        assert handed_over(top, str(folder)) == folder
    assert set((top / "incoming").iterdir()) == set(folders)
    assert (top / "incoming").stat().st_mode & 0o777 == 0o700
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_a_set_is_brought_with_another_file(make_set: MakeSet, tmp_path: Path) -> None:
    source, top = make_set(files={"yara/a.yar": RULE, "blocked.txt": "# old"}), tmp_path / "sets"
    copy_set(source, tmp_path / "stored")
    folder = bring_changed(top, tmp_path / "stored", {"blocked.txt": b"# new"})
    assert (folder / "blocked.txt").read_bytes() == b"# new"
    assert (folder / "yara" / "a.yar").read_text() == RULE
    assert not list(folder.glob("MANIFEST*"))
    (source / "blocked.txt").write_text("# new")
    assert ruleset_id(folder) == ruleset_id(source)
    added = bring_changed(top, tmp_path / "stored", {"allowed.txt": b"# more"})
    assert ruleset_id(added) not in {ruleset_id(folder), ruleset_id(tmp_path / "stored")}


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


def test_what_nobody_ordered_about_goes_after_a_day(make_set: MakeSet, tmp_path: Path) -> None:
    sweep(tmp_path)  # before anything was ever handed over
    old, new = bring(tmp_path, make_set()), bring(tmp_path, make_set())
    day_ago = time.time() - KEPT_SECONDS - 60
    os.utime(old, (day_ago, day_ago))
    sweep(tmp_path)
    assert not old.exists()
    assert new.exists()


def owners(folder: Path) -> set[int]:
    return {path.lstat().st_uid for path in (folder, *folder.rglob("*"))}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder of a service that does not run as root."""
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    return folder


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder of root's in which nothing may be written, or given away."""
    folder = tmp_path / "etc"
    (folder / "incoming").mkdir(parents=True)
    (folder / "incoming" / "key").write_text("root's")
    (folder / "shadow").write_text("root's")
    return folder


@pytest.fixture
def unharmed(victim: Path) -> Callable[[], bool]:
    before = sorted(victim.rglob("*"))
    return lambda: sorted(victim.rglob("*")) == before and owners(victim) == {0}


@as_root
def test_the_owner_of_the_state_owns_it(make_set: MakeSet, state: Path) -> None:
    source = make_set(files={"yara/a.yar": RULE})
    folder = bring(state / "rulesets", source)
    assert owners(state) == {NOBODY}
    assert owners(source) == {0}
    assert sorted(path.name for path in folder.iterdir()) == ["MANIFEST", "policy.toml", "yara"]


@as_root
@pytest.mark.parametrize("place", ["rulesets", "rulesets/incoming"])
def test_root_follows_no_link(
    make_set: MakeSet, state: Path, victim: Path, unharmed: Callable[[], bool], place: str
) -> None:
    (state / place).parent.mkdir(exist_ok=True)
    (state / place).symlink_to(victim)
    with pytest.raises(HandoverFailed, match="is no folder of the rule sets"):
        bring(state / "rulesets", make_set())
    assert unharmed()


@as_root
@pytest.mark.parametrize("levels", [1, 2, 3])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_is_exchanged_while_it_is_written_leads_nowhere(
    make_set: MakeSet,
    state: Path,
    victim: Path,
    unharmed: Callable[[], bool],
    monkeypatch: pytest.MonkeyPatch,
    *,
    levels: int,
    moment: str,
) -> None:
    """The owner of the state acts around the copy: on a folder above it."""

    def exchange(target: Path) -> None:
        written = Path(os.readlink(target.parent)) / target.name  # as its owner sees it
        place = [written, *written.parents][levels]
        place.rename(place.with_name("away"))
        place.symlink_to(victim)

    def racing(source: Path, target: Path) -> bytes:
        if moment == "before":
            exchange(target)
        listed = copy_set(source, target)
        if moment == "after":
            exchange(target)
        return listed

    monkeypatch.setattr("verdicts.rulesets.handover.copy_set", racing)
    bring(state / "rulesets", make_set())
    assert unharmed()


@as_root
@pytest.mark.parametrize("name", ["rulesets", "incoming", ".new-"])
@pytest.mark.parametrize("by", ["link", "folder"])
def test_what_is_exchanged_as_soon_as_it_is_made_is_noticed(
    make_set: MakeSet,
    state: Path,
    victim: Path,
    unharmed: Callable[[], bool],
    monkeypatch: pytest.MonkeyPatch,
    *,
    name: str,
    by: str,
) -> None:
    real = os.mkdir

    def racing(path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        real(path, mode, dir_fd=dir_fd)
        if not str(path).startswith(name):
            return
        os.rename(path, "away", src_dir_fd=dir_fd, dst_dir_fd=dir_fd)
        if by == "link":
            os.symlink(victim, path, dir_fd=dir_fd)
        else:
            real(path, 0o777, dir_fd=dir_fd)
            os.chown(path, NOBODY, NOBODY, dir_fd=dir_fd)

    monkeypatch.setattr(os, "mkdir", racing)
    if by == "folder" and name != ".new-":  # one's own for one's own: nothing is gained
        bring(state / "rulesets", make_set())
    else:
        with pytest.raises(HandoverFailed):
            bring(state / "rulesets", make_set())
    assert unharmed()


@as_root
def test_nobody_enters_before_it_is_whole(
    make_set: MakeSet, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looking(source: Path, target: Path) -> bytes:
        listed = copy_set(source, target)
        above = target.parent.stat()
        assert (above.st_uid, above.st_mode & 0o777) == (0, 0o700)
        return listed

    monkeypatch.setattr("verdicts.rulesets.handover.copy_set", looking)
    bring(state / "rulesets", make_set())
    assert not list(state.rglob(".new-*"))
