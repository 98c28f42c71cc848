"""The lists of analysts: the first fault of each has its line, and missing ones are none."""

import shutil
from pathlib import Path

import pytest

from scanners.rules.lists import check_lists

SHIPPED = Path(__file__).parents[3] / "rules"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    shutil.copy(SHIPPED / "types.toml", tmp_path)
    return tmp_path


def test_lists_may_be_missing(rules: Path) -> None:
    assert list(check_lists(rules)) == []


@pytest.mark.parametrize(
    "name, data, line, said",
    [
        ("members.txt", b"# list\nname only\n", 2, "write name, size, CRC-32 and label"),
        ("blocked.txt", b"# list\nxyz never me why\n", 2, "SHA-256"),
        ("allowed.txt", f"{'1' * 64} never me\n".encode(), 1, "reason"),
        ("passwords.txt", b"one\ntwo\n\xff\n", 3, "this is not UTF-8"),
    ],
)
def test_the_first_fault_has_its_line(
    rules: Path, name: str, data: bytes, line: int, said: str
) -> None:
    (rules / name).write_bytes(data)
    (problem,) = check_lists(rules)
    assert (problem.file, problem.line) == (name, line)
    assert said in problem.problem
    assert problem.fix


def test_what_cannot_be_read_is_a_problem(rules: Path) -> None:
    (rules / "members.txt").mkdir()
    (problem,) = check_lists(rules)
    assert problem.problem == "the file cannot be read (Is a directory)"


def test_the_table_of_types_is_needed(rules: Path) -> None:
    (rules / "types.toml").unlink()
    (problem,) = check_lists(rules)
    assert problem.problem == "the file cannot be read (No such file or directory)"


@pytest.mark.parametrize(
    "text, said",
    [
        ("[", "Invalid"),
        ("types = 1", "types: Input should be a valid dictionary"),
        (f"a = {'[' * 5000}", "recursion"),
    ],
)
def test_each_fault_of_the_table_is_told(rules: Path, text: str, said: str) -> None:
    (rules / "types.toml").write_text(text)
    assert any(said in problem.problem for problem in check_lists(rules))
