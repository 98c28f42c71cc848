"""The folder of the own clamd follows the rules and the official database."""

import os
import shutil
from pathlib import Path

import pytest

from scanners.clamav.signatures import (
    GENERATION_FILE,
    SignatureFolder,
    generation_probe,
    has_signatures,
)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    """The folder for clamd, the rules with one file, the official database with one."""
    rules, official = tmp_path / "rules", tmp_path / "official"
    for folder in (rules, official):
        folder.mkdir()
    (rules / "a.ndb").write_text("A:0:*:aaaa\n")
    (official / "daily.cvd").write_bytes(b"ClamAV-VDB")
    return tmp_path / "db", rules, official


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != GENERATION_FILE)


def test_rules_are_copied_and_the_official_database_is_linked(
    folders: tuple[Path, Path, Path],
) -> None:
    folder, rules, official = folders
    assert SignatureFolder(*folders).refresh()
    assert names(folder) == ["daily.cvd", "rules-a.ndb"]
    assert (folder / "rules-a.ndb").read_text() == (rules / "a.ndb").read_text()
    assert (folder / "daily.cvd").readlink() == official / "daily.cvd"


def test_refresh_says_whether_anything_changed(folders: tuple[Path, Path, Path]) -> None:
    folder, rules, official = folders
    signatures = SignatureFolder(*folders)
    assert [signatures.refresh(), signatures.refresh()] == [True, False]
    (rules / "a.ndb").write_text("A:0:*:bbbb\nB:0:*:cccc\n")
    assert [signatures.refresh(), signatures.refresh()] == [True, False]
    assert "bbbb" in (folder / "rules-a.ndb").read_text()
    (official / "daily.cvd").rename(official / "daily.cld")
    assert [signatures.refresh(), signatures.refresh()] == [True, False]
    assert names(folder) == ["daily.cld", "rules-a.ndb"]
    (rules / "a.ndb").unlink()
    assert signatures.refresh()
    assert names(folder) == ["daily.cld"]


def test_every_state_of_the_folder_has_a_signature_of_its_own(
    folders: tuple[Path, Path, Path],
) -> None:
    folder, rules, official = folders
    signatures = SignatureFolder(*folders)
    seen = []
    changes = (
        lambda: None,
        lambda: (rules / "a.ndb").write_text("A:0:*:bbbb\n"),
        lambda: (rules / "b.ndb").write_text("B:0:*:cccc\n"),
        lambda: (official / "daily.cvd").rename(official / "daily.cld"),
    )
    for change in changes:
        change()
        signatures.refresh()
        seen.append(signatures.generation)
        name, _, _, pattern = (folder / GENERATION_FILE).read_text().strip().split(":")
        assert name == f"Douane.Generation.{signatures.generation}"
        assert bytes.fromhex(pattern) == generation_probe(signatures.generation)
    assert len(set(seen)) == len(changes)


def test_equal_rules_give_an_equal_generation(folders: tuple[Path, Path, Path]) -> None:
    """The ISTag is made of it: a service that starts again on the same rules must not change it."""
    _, rules, _ = folders
    first, second = SignatureFolder(*folders), SignatureFolder(*folders)
    first.refresh()
    os.utime(rules / "a.ndb", (1, 1))
    second.refresh()
    assert first.generation == second.generation


def test_a_new_process_finds_leftovers_and_removes_them(folders: tuple[Path, Path, Path]) -> None:
    folder, rules, _ = folders
    SignatureFolder(*folders).refresh()
    (rules / "a.ndb").rename(rules / "b.ndb")
    (folder / ".half-written").write_text("x")
    assert SignatureFolder(*folders).refresh()
    assert names(folder) == ["daily.cvd", "rules-b.ndb"]


def test_only_signature_files_count(folders: tuple[Path, Path, Path]) -> None:
    _, rules, official = folders
    for name in ("README.md", ".hidden.ndb", "passwords.pwdb"):
        (rules / name).write_text("x")
    (rules / "folder.ndb").mkdir()
    (rules / "dangling.ndb").symlink_to(rules / "nothing")
    (official / "freshclam.dat").write_text("x")
    assert sorted(SignatureFolder(*folders).sources()) == ["daily.cvd", "rules-a.ndb"]


def test_a_rule_never_takes_the_place_of_an_official_file(
    folders: tuple[Path, Path, Path],
) -> None:
    folder, rules, official = folders
    (rules / "daily.cvd").write_text("mine")
    SignatureFolder(*folders).refresh()
    assert (folder / "daily.cvd").read_bytes() == (official / "daily.cvd").read_bytes()


def test_with_no_signature_at_all_the_folder_stays_as_it_is(
    folders: tuple[Path, Path, Path],
) -> None:
    folder, rules, official = folders
    signatures = SignatureFolder(*folders)
    signatures.refresh()
    (rules / "a.ndb").unlink()
    (official / "daily.cvd").unlink()
    assert not signatures.refresh()
    assert names(folder) == ["daily.cvd", "rules-a.ndb"]


def test_former_rules_lie_beside_until_they_are_forgotten(
    folders: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    folder, rules, _ = folders
    newer = tmp_path / "newer"
    newer.mkdir()
    (newer / "a.ndb").write_text((rules / "a.ndb").read_text())
    (newer / "b.ndb").write_text("B:0:*:bbbb\n")
    (rules / "b.ndb").write_text("Old:0:*:cccc\n")
    (rules / "c.ndb").write_text("C:0:*:dddd\n")
    signatures = SignatureFolder(*folders)
    signatures.refresh()
    signatures.use(newer, (rules,))
    assert signatures.refresh()
    both = ["former-0-b.ndb", "former-0-c.ndb", "rules-a.ndb", "rules-b.ndb"]
    assert names(folder) == ["daily.cvd", *both]
    assert (folder / "former-0-b.ndb").read_text() == "Old:0:*:cccc\n"
    official = signatures.official_generation
    signatures.use(newer)
    assert signatures.refresh()
    assert names(folder) == ["daily.cvd", "rules-a.ndb", "rules-b.ndb"]
    assert signatures.official_generation == official


def test_equal_rules_elsewhere_are_no_news(
    folders: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    signatures = SignatureFolder(*folders)
    signatures.refresh()
    same = tmp_path / "same"
    same.mkdir()
    (same / "a.ndb").write_text((folders[1] / "a.ndb").read_text())
    signatures.use(same, (folders[1],))
    assert not signatures.refresh()


def test_a_disk_that_fills_in_the_middle_is_made_good(
    folders: tuple[Path, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the new rules are there: the next time all are looked at, and clamd is told."""
    folder, rules, _ = folders
    (rules / "z.ndb").write_text("Z:0:*:aaaa\n")
    signatures = SignatureFolder(*folders)
    signatures.refresh()
    newer = tmp_path / "newer"
    newer.mkdir()
    for name in ("a.ndb", "z.ndb"):
        (newer / name).write_text("New:0:*:bbbb\n")
    copied = shutil.copyfile

    def full(source: Path, target: Path) -> None:
        if source.name == "z.ndb":
            raise OSError("no space left")
        copied(source, target)

    signatures.use(newer)
    with monkeypatch.context() as disk:
        disk.setattr("scanners.clamav.signatures.shutil.copyfile", full)
        with pytest.raises(OSError, match="no space"):
            signatures.refresh()
    signatures.use(rules)
    assert signatures.refresh()
    for name in ("a.ndb", "z.ndb"):
        assert (folder / f"rules-{name}").read_text() == (rules / name).read_text()


def test_an_empty_folder_has_no_signatures(tmp_path: Path) -> None:
    assert not has_signatures(tmp_path / "none")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / ".a.ndb").write_text("x")
    assert not has_signatures(tmp_path)
    (tmp_path / "a.ndb").write_text("x")
    assert has_signatures(tmp_path)
