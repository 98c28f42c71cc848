"""The lists of analysts: the first fault of each has its line, and missing ones are none."""

from pathlib import Path

import pytest

from scanners.rules.lists import check_lists


def test_lists_may_be_missing(tmp_path: Path) -> None:
    assert list(check_lists(tmp_path)) == []


@pytest.mark.parametrize(
    "name, data, line, said",
    [
        ("members.txt", b"# list\nname only\n", 2, "write name, size, CRC-32 and label"),
        ("passwords.txt", b"one\ntwo\n\xff\n", 3, "this is not UTF-8"),
    ],
)
def test_the_first_fault_has_its_line(
    tmp_path: Path, name: str, data: bytes, line: int, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    (problem,) = check_lists(tmp_path)
    assert (problem.file, problem.line) == (name, line)
    assert said in problem.problem
    assert problem.fix


def test_what_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "members.txt").mkdir()
    (problem,) = check_lists(tmp_path)
    assert problem.problem == "the file cannot be read (Is a directory)"
