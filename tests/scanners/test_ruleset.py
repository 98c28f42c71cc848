"""The identity of a rule set changes with every file that can change a finding, and no other."""

from pathlib import Path

import pytest

from scanners.ruleset import ruleset_id


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
    ["yara/a.yar", "yara/pe/b.yar", "clamav/a.ldb", "types.toml", "members.txt", "passwords.txt"],
)
def test_changes_with_a_file(folder: Path, name: str) -> None:
    before = ruleset_id(folder)
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


@pytest.mark.parametrize("name", ["policy.toml", "yara/notes.txt", "yara/pe/notes.toml"])
def test_other_files_do_not_count(folder: Path, name: str) -> None:
    before = ruleset_id(folder)
    (folder / name).write_text("x")
    assert ruleset_id(folder) == before
