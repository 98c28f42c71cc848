"""The identity of a rule set changes with every file that can change a finding, and no other."""

import subprocess
from pathlib import Path

import pytest

from scanners.rules.manifest import MANIFEST, manifest, manifest_id, ruleset_files, ruleset_id


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "yara" / "pe").mkdir(parents=True)
    (tmp_path / "clamav").mkdir()
    (tmp_path / "yara" / "a.yar").write_text("rule a { condition: true }")
    (tmp_path / "yara" / "pe" / "b.yar").write_text("rule b { condition: false }")
    (tmp_path / "clamav" / "a.ldb").write_text("x")
    (tmp_path / "types.toml").write_text("")
    return tmp_path


def test_is_short_and_stable(folder: Path) -> None:
    assert ruleset_id(folder) == ruleset_id(folder)
    assert len(ruleset_id(folder)) == 16
    assert int(ruleset_id(folder), 16) >= 0


@pytest.mark.parametrize(
    "name",
    [
        *("yara/a.yar", "yara/pe/b.yar", "yara/tests/pe/b.toml", "clamav/a.ldb", "types.toml"),
        *("members.txt", "passwords.txt", "blocked.txt", "allowed.txt", "policy.toml"),
        *("channels.toml", "catalogue/choke.toml"),
    ],
)
def test_changes_with_a_file(folder: Path, name: str) -> None:
    before = ruleset_id(folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("something else")
    assert ruleset_id(folder) != before


def test_changes_with_a_name(folder: Path) -> None:
    before = ruleset_id(folder)
    (folder / "yara" / "a.yar").rename(folder / "yara" / "b.yar")
    assert ruleset_id(folder) != before


def test_changes_with_a_folder(folder: Path) -> None:
    before = ruleset_id(folder)
    (folder / "yara" / "pe" / "b.yar").rename(folder / "yara" / "b.yar")
    assert ruleset_id(folder) != before


@pytest.mark.parametrize(
    "name",
    [
        *("yara/notes.txt", "yara/pe/notes.toml", "README.md", "notes.txt"),
        *("yara/.a.yar.swp", "clamav/.a.ldb", ".policy.toml", "yara/a b.yar"),
    ],
)
def test_other_files_do_not_count(folder: Path, name: str) -> None:
    before = ruleset_id(folder)
    (folder / name).write_text("x")
    assert ruleset_id(folder) == before


def test_a_linked_folder_of_rules_counts(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "c.yar").write_text("rule c { condition: false }")
    (folder / "yara" / "linked").symlink_to(elsewhere)
    assert "yara/linked/c.yar" in ruleset_files(folder)


def test_sha256sum_understands_the_list(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(manifest(folder))
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", MANIFEST], cwd=folder, capture_output=True, check=True
    )
    assert checked.stdout.count(b": OK") == len(ruleset_files(folder)) == 4
    assert manifest_id(manifest(folder)) == ruleset_id(folder)
