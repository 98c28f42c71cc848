"""Two lists of one archive: honest spellings agree, other members do not."""

from dataclasses import replace

import pytest

from scanners.rar.compare import Comparison
from scanners.rar.records import Archive, Member
from scanners.rar.unpack import Listed

A = Member("a.txt", (), 0, 0, 0, True, 0, 0, False, False, None, None)
B = replace(A, name="d/b.txt", other_names=("d/b~1.txt",))
STREAM = replace(A, name="a.txt:s", stream=True)
OLD = replace(A, name="ü.txt")


def compared(members: list[Member], names: list[str], *, broke_off: bool = False) -> str:
    comparison = Comparison(Archive(5, 0, 0, tuple(members)))
    for name in names:
        comparison.place(Listed(name, None))
    comparison.broke_off = broke_off
    return comparison.difference()


@pytest.mark.parametrize(
    "members, names",
    [
        ([], []),
        ([A, B], ["a.txt", "d/b.txt"]),
        ([A, B], ["./a.txt", "d\\b~1.txt"]),
        ([replace(A, name="d")], ["d/"]),
        ([A, STREAM, B], ["a.txt", "d/b.txt"]),
        ([OLD], ["\udc81.txt"]),
        ([replace(A, name="a\0b")], ["a"]),
    ],
)
def test_the_same(members: list[Member], names: list[str]) -> None:
    assert compared(members, names) == ""


@pytest.mark.parametrize(
    "members, names",
    [
        ([A], ["b.txt"]),
        ([A], ["a.exe"]),
        ([A, B], ["a.txt"]),
        ([A], ["a.txt", "b.txt"]),
        ([A, B], ["d/b.txt", "a.txt"]),
        ([OLD], ["\udc81.exe"]),
        ([], ["a"]),
    ],
)
def test_not_the_same(members: list[Member], names: list[str]) -> None:
    assert compared(members, names)


def test_a_list_that_breaks_off_is_no_contradiction() -> None:
    assert compared([A, B], ["a.txt"], broke_off=True) == ""
    assert compared([A, B], ["b.txt"], broke_off=True)


def test_one_volume_of_several_is_no_archive_to_compare() -> None:
    assert compared([replace(A, begins_elsewhere=True), B], ["d/b.txt"]) == ""


def test_place() -> None:
    comparison = Comparison(Archive(5, 0, 0, (A, STREAM, B)))
    placed = [comparison.place(Listed(name, None)) for name in ("a.txt", "d/b.txt", "c")]
    assert placed == [0, 2, None]
