"""Honest files: which are read, and every way in which a set can fail on them."""

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scanners.rules import goodware
from scanners.rules.goodware import check_goodware, default_folders, honest_files
from scanners.rules.records import Goodware, KnownRule, Problem
from scanners.rules.throwaway import ThrowawayFailed

RULE = 'rule One {{ meta: level = "malicious" strings: $a = "{}" condition: $a }}'
KNOWN = (KnownRule("One", "yara/one.yar", 7), KnownRule("Douane.A.B", "clamav/a.ndb", 1))


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shutil, "which", lambda program: None)
    (tmp_path / "rules" / "yara").mkdir(parents=True)
    (tmp_path / "rules" / "yara" / "one.yar").write_text(RULE.format("needle"))
    return tmp_path / "rules"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "files" / "below").mkdir(parents=True)
    for name, text in (("a", "a nail"), ("below/b", "a needle"), ("below/c", "needles")):
        (tmp_path / "files" / name).write_text(text)
    return tmp_path / "files"


def check(rules: Path, *folders: Path) -> tuple[Goodware, tuple[Problem, ...], list[str]]:
    said: list[str] = []
    found, problems = check_goodware(rules, KNOWN, folders, said.append)
    return found, problems, said


def test_files_are_found_once_and_links_not_followed(files: Path) -> None:
    (files / "link").symlink_to(files / "a")
    (files / "loop").symlink_to(files)
    os.link(files / "a", files / "twice")
    (files / "line\nbreak").write_text("ClamAV could not be told of it")
    names = [Path(os.fsdecode(path)).name for path in honest_files([files, files], [])]
    assert sorted({"a" if name == "twice" else name for name in names}) == ["a", "b", "c"]
    assert len(names) == 3


def test_folders_that_are_about_rules_stay_apart(files: Path) -> None:
    assert len(list(honest_files([files], [files / "below"]))) == 1


def test_nothing_fires(rules: Path, files: Path) -> None:
    (rules / "yara" / "one.yar").write_text(RULE.format("thread"))
    found, problems, said = check(rules, files)
    assert (found.files, found.bytes, found.skipped, found.hits) == (3, 21, 0, ())
    assert problems == ()
    assert said == ["honest files: 3 of 3"]


def test_a_rule_that_fires_is_told_once_with_its_place(rules: Path, files: Path) -> None:
    found, (problem,), _ = check(rules, files)
    assert [hit.path for hit in found.hits] == [str(files / "below/b"), str(files / "below/c")]
    assert (problem.file, problem.line, problem.rule) == ("yara/one.yar", 7, "One")
    assert problem.problem == f"fires on 2 honest files, such as {files / 'below/b'}"


def test_the_set_itself_is_no_goodware(rules: Path) -> None:
    found, problems, _ = check(rules, rules.parent)
    assert (found.files, problems) == (0, ())


def test_each_part_fails_by_itself(
    rules: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(module: str, *arguments: str, seconds: float, given: bytes) -> object:
        raise ThrowawayFailed("was ended by signal 11")

    monkeypatch.setattr(goodware, "run_throwaway", fail)
    monkeypatch.setattr(goodware, "PART_FILES", 2)
    found, (problem,), _ = check(rules, files)
    assert problem.problem == "honest files: YARA was ended by signal 11"
    assert found.files == 0


def test_whoever_gives_up_does_not_wait_for_the_rest(
    rules: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[bytes] = []
    cancelled = threading.Event()

    class Processes(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            cancelled.set()

    def note(module: str, *arguments: str, seconds: float, given: bytes) -> object:
        begun.append(given)
        assert len(begun) == 1 or cancelled.wait(60)
        raise ThrowawayFailed("was ended")

    def give_up(said: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(goodware, "ThreadPoolExecutor", Processes)
    monkeypatch.setattr(goodware, "run_throwaway", note)
    monkeypatch.setattr(goodware, "PART_FILES", 1)
    for number in range(1000):
        (files / f"more{number}").write_text(str(number))
    with pytest.raises(KeyboardInterrupt):
        check_goodware(rules, KNOWN, [files], give_up)
    assert len(begun) <= 1 + len(os.sched_getaffinity(0))


def test_too_few_files_prove_little(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goodware, "honest_files", lambda folders, apart: iter(()))
    _, (problem,), _ = check(rules, *default_folders())
    assert problem.problem == "only 0 honest files, less than 20,000, prove little"


@pytest.mark.server
def test_signatures_are_tried_too(
    rules: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    (rules / "clamav").mkdir()
    (rules / "clamav" / "a.ndb").write_text("Douane.A.B:0:*:6e61696c\n")  # nail
    found, problems, _ = check(rules, files)
    assert {(hit.rule, Path(hit.path).name) for hit in found.hits} == {
        ("Douane.A.B", "a"),
        ("One", "b"),
        ("One", "c"),
    }
    assert {problem.file for problem in problems} == {"clamav/a.ndb", "yara/one.yar"}
