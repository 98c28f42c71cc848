"""Bytes behind the end: a file is suspicious, a trailer is recorded, padding is nothing."""

from collections.abc import Callable

import pytest

from samples import builders
from scanners.archives.trailing import add_trailing, skipped_children
from scanners.errors import TooManyMembers
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Code, Content, DetectionLevel
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable
from tests.scanners.conftest import MakeBudget

Look = Callable[..., MemberList]
INFO, SUSPICIOUS = DetectionLevel.INFO, DetectionLevel.SUSPICIOUS
CASES = {
    "nothing": (b"", []),
    "padding": (bytes(5000) + b"\r\n \t", []),
    "short": (b"x" * 63, []),
    "just long enough": (b"x" * 64, [INFO]),
    "program": (builders.pe(), [SUSPICIOUS]),
    "document": (builders.pdf(), [SUSPICIOUS]),
    "archive behind padding": (bytes(700) + builders.zip_of({"a": b"a"}), [SUSPICIOUS]),
    "picture": (builders.jpeg(), [INFO]),
}


@pytest.fixture
def look(table: TypeTable, new_budget: MakeBudget) -> Look:
    def call(data: bytes, expected: frozenset[str] = frozenset()) -> MemberList:
        kit = Kit(table, TypeScanner(table).identify)
        members = MemberList(Content(memoryview(b"head" + data), path=("a.gz",)), "test", kit)
        add_trailing(members, 4, new_budget(), expected=expected)
        return members

    return call


@pytest.mark.parametrize("data, levels", CASES.values(), ids=CASES)
def test_levels(look: Look, data: bytes, levels: list[DetectionLevel]) -> None:
    members = look(data)
    assert [one.level for one in members.detections] == levels
    assert len(members.children) == len(levels)


def test_what_is_expected_is_harmless_and_looked_at_all_the_same(look: Look) -> None:
    members = look(bytes(3) + builders.gzip(b"text" * 50) + bytes(99), frozenset({"gzip"}))
    assert [one.level for one in members.detections] == [INFO]
    (child,) = members.children
    assert (child.path, child.file_type.name) == (("a.gz", "trailing"), "gzip")
    assert child.hidden_from_clamav
    assert bytes(child.view[:2]) == b"\x1f\x8b"


def test_it_is_a_member_of_the_budget(table: TypeTable, new_budget: MakeBudget) -> None:
    kit = Kit(table, TypeScanner(table).identify)
    members = MemberList(Content(memoryview(builders.pe())), "test", kit)
    with pytest.raises(TooManyMembers):
        add_trailing(members, 0, new_budget(members=0))
    assert [found.code for found in members.detections] == [Code.ARCHIVE_AMBIGUOUS]


def test_skipped_fields_are_children() -> None:
    views = [memoryview(b"one"), memoryview(b"two")]
    children = list(skipped_children(views, ("a.gz",)))
    assert [child.path for child in children] == [("a.gz", "skipped 1"), ("a.gz", "skipped 2")]
    assert [bytes(child.view) for child in children] == [b"one", b"two"]
    assert all(child.hidden_from_clamav for child in children)
