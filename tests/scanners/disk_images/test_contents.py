"""One program alone on a disk is its purpose; companions and hidden files do not change that."""

import pytest

from scanners.disk_images.contents import is_program, the_only
from scanners.disk_images.disk import DiskFile
from scanners.model import Family, FileType
from scanners.types.table import TypeTable


@pytest.mark.parametrize(
    "paths, only",
    [
        (["a.exe"], "a.exe"),
        (["sub/a.exe"], "sub/a.exe"),
        (["a.lnk", "AUTORUN.INF", "a.ico", "readme.txt", "Desktop.ini", "LICENSE"], "a.lnk"),
        (["a.exe", "System Volume Information/WPSettings.dat", ".Trashes/x.bin"], "a.exe"),
        (["a.exe", "b.dll"], None),
        (["a.exe", "manual.pdf"], None),
        (["readme.txt"], None),
        ([], None),
    ],
)
def test_the_only_file(paths: list[str], only: str | None) -> None:
    found = the_only(DiskFile(path, 100) for path in paths)
    assert (found and found.path) == only


def test_hidden_empty_and_large_files() -> None:
    program = DiskFile("a.exe", 100)
    assert the_only([program, DiskFile("b.dll", 100, hidden=True)]) == program
    assert the_only([program, DiskFile("b.dll", 0)]) == program
    assert the_only([program, DiskFile("notes.txt", 100_000)]) is None


@pytest.mark.parametrize(
    "path, family, runs",
    [
        ("a.txt", Family.PROGRAM, True),
        ("sub/a.JS", Family.TEXT, True),
        ("a.exe", Family.DATA, True),
        ("a.exe", Family.IMAGE, False),
        ("a.txt", Family.TEXT, False),
    ],
)
def test_programs(table: TypeTable, path: str, family: Family, runs: bool) -> None:
    assert is_program(path, FileType("x", "x/y", family), table) is runs
