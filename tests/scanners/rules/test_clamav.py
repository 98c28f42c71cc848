"""ClamAV files: names, empty lines, and loading them in ClamAV itself."""

import shutil
from pathlib import Path

import pytest

from scanners.rules.clamav import check_clamav

GOOD = "# a comment\nDouane.Test.Thing:0:*:6e6565646c65\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "clamav").mkdir()
    (tmp_path / "clamav" / "thing.ndb").write_text(GOOD)
    return tmp_path


def problems(rules: Path) -> list[tuple[str, int, str]]:
    return [(problem.file, problem.line, problem.problem) for problem in check_clamav(rules)]


def test_good_files(rules: Path) -> None:
    (rules / "clamav" / ".hidden").write_text("left alone")
    (rules / "clamav" / "hash.hsb").write_text(f"{'0' * 64}:68:Douane.Test.Hash\n")
    assert problems(rules) == []


@pytest.mark.parametrize(
    "line, problem",
    [
        ("Worm.Choke:0:*:6e6565646c65", "the name breaks the convention"),
        ("Douane.Worm:0:*:6e6565646c65", "the name breaks the convention"),
        ("Douane.Test.Thing:0:*:6e65656465", "clamav/thing.ndb has a signature of that name"),
    ],
)
def test_names(rules: Path, line: str, problem: str) -> None:
    with (rules / "clamav" / "thing.ndb").open("a") as file:
        file.write(line + "\n")
    assert ("clamav/thing.ndb", 3, problem) in problems(rules)


def test_other_files_have_no_place_here(rules: Path) -> None:
    (rules / "clamav" / "README.md").write_text("text")
    (rules / "clamav" / "folder.ndb").mkdir()
    assert [(file, text) for file, _, text in problems(rules)] == [
        ("clamav/README.md", "not a signature file"),
        ("clamav/folder.ndb", "not a signature file"),
    ]


def test_empty_lines_are_refused_as_clamav_does(rules: Path) -> None:
    (rules / "clamav" / "thing.ndb").write_text("\n" + GOOD)
    assert ("clamav/thing.ndb", 1, "ClamAV refuses an empty line") in problems(rules)


def test_without_clamscan_the_names_are_still_checked(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)
    (rules / "clamav" / "thing.ndb").write_text("Bad:0:*:zz\n")
    assert [text for _, _, text in problems(rules)] == ["the name breaks the convention"]


@pytest.mark.server
@pytest.mark.parametrize(
    "name, text", [("x.ndb", "Douane.A.B:0:*:zz\n"), ("x.ldb", "Douane.A.B;\n")]
)
def test_what_clamav_refuses_has_its_line(rules: Path, name: str, text: str) -> None:
    (rules / "clamav" / name).write_text("# first\n" + text)
    ((file, line, problem),) = problems(rules)
    assert (file, line) == (f"clamav/{name}", 2)
    assert "ClamAV does not load it" in problem
