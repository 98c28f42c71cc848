"""A private file is there whole or not at all, whatever an earlier process left behind."""

import os
from pathlib import Path

import pytest

from scanners.private_file import write_new


def test_it_is_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "some.key"
    write_new(path, "grün\n")
    assert path.read_text() == "grün\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["some.key"]


def test_what_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "some.key"
    write_new(path, "first")
    with pytest.raises(FileExistsError):
        write_new(path, "second")
    assert path.read_text() == "first"
    assert [one.name for one in tmp_path.iterdir()] == ["some.key"]


def test_one_that_was_killed_with_our_number(tmp_path: Path) -> None:
    (tmp_path / f"some.key.{os.getpid()}").write_text("half of a longer text")
    write_new(tmp_path / "some.key", "whole")
    assert (tmp_path / "some.key").read_text() == "whole"
    assert [one.name for one in tmp_path.iterdir()] == ["some.key"]


def test_one_that_was_killed_when_all_was_done(tmp_path: Path) -> None:
    path = tmp_path / "some.key"
    path.write_text("first")
    os.link(path, tmp_path / f"some.key.{os.getpid()}")
    with pytest.raises(FileExistsError):
        write_new(path, "second")
    assert path.read_text() == "first"


def test_nothing_is_left_of_what_failed(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_new(tmp_path / "some.key", "\udc80")
    assert list(tmp_path.iterdir()) == []
