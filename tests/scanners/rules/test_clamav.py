"""ClamAV files: names, empty lines, and loading them in ClamAV itself."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from scanners.rules import clamav
from scanners.rules.clamav import MAX_PROBLEMS, NO_CLAMAV, check_clamav, run_clamscan

Run = subprocess.CompletedProcess[bytes]
GOOD = "# a comment\nDouane.Test.Thing:0:*:6e6565646c65\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "clamav").mkdir()
    (tmp_path / "clamav" / "thing.ndb").write_text(GOOD)
    return tmp_path


def problems(rules: Path) -> list[tuple[str, int, str]]:
    return [
        (problem.file, problem.line, problem.problem) for problem in check_clamav(rules).problems
    ]


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
    assert check_clamav(rules).unchecked == (NO_CLAMAV,)


@pytest.mark.server
@pytest.mark.parametrize(
    "name, text", [("x.ndb", "Douane.A.B:0:*:zz\n"), ("x.ldb", "Douane.A.B;\n")]
)
def test_what_clamav_refuses_has_its_line(rules: Path, name: str, text: str) -> None:
    (rules / "clamav" / name).write_text("# first\n" + text)
    ((file, line, problem),) = problems(rules)
    assert (file, line) == (f"clamav/{name}", 2)
    assert "ClamAV does not load it" in problem


@pytest.mark.server
def test_one_run_loads_all_files_if_all_are_right(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []

    def count(program: str, databases: Sequence[Path], words: Sequence[str], seconds: float) -> Run:
        runs.append(len(databases))
        return run_clamscan(program, databases, words, seconds)

    monkeypatch.setattr(clamav, "run_clamscan", count)
    (rules / "clamav" / "hash.hsb").write_text(f"{'0' * 64}:68:Douane.Test.Hash:73\n")
    (rules / "clamav" / "name.cdb").write_text("Douane.Test.Name:*:*:a\\.exe$:*:*:*:*:*:*\n")
    assert problems(rules) == []
    assert runs == [3]
    (rules / "clamav" / "bad.ndb").write_text("Douane.A.B:0:*:zz\n")
    assert [file for file, _, _ in problems(rules)] == ["clamav/bad.ndb"]
    assert runs == [3, 4, 1, 1, 1, 1]


@pytest.mark.server
@pytest.mark.parametrize(
    "line",
    [
        "Douane.A.B;Engine:255-255,Target:0;0;6e6565646c65",
        "Douane.A.B;Engine:81-255,Target:99;0;6e6565646c65",
        "Douane.A.B;Engine:81-255,Target:0,Nonsense:1;0;6e6565646c65",
    ],
)
def test_what_clamav_leaves_out_without_a_word_is_told(rules: Path, line: str) -> None:
    good = "Douane.A.C;Engine:81-255,Target:0;0;6e6565646c65"
    (rules / "clamav" / "x.ldb").write_text(f"{good}\n{line}\n")
    told = "ClamAV leaves out 1 of 2 signatures without a word"
    assert problems(rules) == [("clamav/x.ldb", 0, told)]


@pytest.mark.server
def test_more_patterns_than_clamav_takes_are_refused(rules: Path) -> None:
    texts = [f"{number:08x}6e6565646c65" for number in range(70)]
    demand = "&".join(map(str, range(70)))
    line = f"Douane.A.B;Engine:81-255,Target:0;{demand};{';'.join(texts)}\n"
    (rules / "clamav" / "x.ldb").write_text(line)
    ((file, number, problem),) = problems(rules)
    assert (file, number) == ("clamav/x.ldb", 1)
    assert "ClamAV does not load it" in problem


def test_a_load_that_does_not_end_is_told(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = rules / "clamscan"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda program: str(slow))
    monkeypatch.setattr(clamav, "LOAD_SECONDS", 0.05)
    ((file, _, problem),) = problems(rules)
    assert (file, problem) == ("clamav/thing.ndb", "ClamAV did not load it in 0.05 s")


def test_signatures_are_known_by_name_and_place(rules: Path) -> None:
    (known,) = check_clamav(rules).rules
    assert (known.name, known.file, known.line) == ("Douane.Test.Thing", "clamav/thing.ndb", 2)


def test_a_file_without_end_of_faults_tells_the_first(rules: Path) -> None:
    (rules / "clamav" / "thing.ndb").write_text("\n" * (MAX_PROBLEMS + 5))
    *told, last = problems(rules)
    assert [line for _, line, _ in told[:MAX_PROBLEMS]] == list(range(1, MAX_PROBLEMS + 1))
    assert ("clamav/thing.ndb", 0, "and 5 more problems in this file") in (*told, last)


def test_lines_that_could_write_over_a_screen_are_told(tmp_path: Path) -> None:
    (tmp_path / "clamav").mkdir()
    (tmp_path / "clamav" / "one.ndb").write_text("# good\n# \x1b]0;bad\n")
    (tmp_path / "clamav" / "a\x1b.ndb").write_text("# good\n")
    odd, line = check_clamav(tmp_path).problems[:2]
    assert (odd.file, odd.line) == ("clamav/a\\x1b.ndb", 0)
    assert (line.file, line.line, line.problem) == (
        "clamav/one.ndb",
        2,
        "the line is not printable",
    )
