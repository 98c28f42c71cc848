"""Members become a list: links, holes, bombs, and failures of one or of all."""

import tarfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from samples import builders
from samples.packing import rpm_of
from scanners.archives.reading import Reader, Reading
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge, TooManyMembers
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Code, Content, Reason
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable
from tests.scanners.archives.tars import END, entry, sparse

MakeBudget = Callable[..., Budget]
MakeReading = Callable[..., Reading]
TAR = Reader(("tar",), stored=True)
PE = builders.pe()


@pytest.fixture
def reading_of(table: TypeTable, new_budget: MakeBudget) -> MakeReading:
    def make(data: bytes, reader: Reader = TAR, budget: Budget | None = None) -> Reading:
        content = Content(memoryview(data))
        found = MemberList(content, "test", Kit(table, TypeScanner(table).identify))
        return Reading(reader, found, budget or new_budget())

    return make


def _add_all(reading: Reading) -> list[tuple[str, tuple[str, ...], bytes, bool]]:
    for member in reading.members(reading.found.content.view):
        reading.add(member)
    return [
        (child.name, child.other_names, bytes(child.view), child.hidden_from_clamav)
        for child in reading.found.children
    ]


def test_files_only(reading_of: MakeReading) -> None:
    data = (
        entry("d/", kind=tarfile.DIRTYPE)
        + entry("p", kind=tarfile.FIFOTYPE)
        + entry("l", kind=tarfile.SYMTYPE, link="a")
        + entry("a", b"x")
        + END
    )
    reading = reading_of(data)
    assert _add_all(reading) == [("a", (), b"x", False)]
    assert reading.budget.members_left == 100 - 4


def test_hard_links(reading_of: MakeReading) -> None:
    """One more name, or the bytes of a name that came before without them."""
    data = entry("a", b"x")
    data += entry("b", kind=tarfile.LNKTYPE, link="a")
    data += entry("c", kind=tarfile.LNKTYPE, link="no such")
    data += entry("d", kind=tarfile.LNKTYPE, link="../out")
    reading = reading_of(data + END)
    assert _add_all(reading) == [("a", ("b",), b"x", False)]
    assert [one.code for one in reading.found.detections] == [Code.ARCHIVE_TRAVERSAL]


def test_holes_are_hidden_from_clamd(reading_of: MakeReading) -> None:
    data = sparse("s", 600, b"end", 603) + entry("a", b"x") + END
    assert _add_all(reading_of(data)) == [
        ("s", (), bytes(600) + b"end", True),
        ("a", (), b"x", False),
    ]


def test_what_clamd_cannot_open_is_hidden(reading_of: MakeReading) -> None:
    reader = Reader(("cpio",), ("rpm", "gzip"), hidden=True)
    assert _add_all(reading_of(rpm_of({"a": b"x"}), reader)) == [("a", (), b"x", True)]


def test_a_bomb_ends_the_archive(reading_of: MakeReading) -> None:
    data = entry("a", b"x") + sparse("s", 2**40, b"end", 2**40 + 3) + entry("b", b"y") + END
    reading = reading_of(data)
    with pytest.raises(ContentTooLarge):
        _add_all(reading)
    assert [child.name for child in reading.found.children] == ["a", "s"]
    assert [one.code for one in reading.found.detections] == [Code.ARCHIVE_BOMB]
    assert [gap.reason for gap in reading.found.unscanned] == [Reason.TOO_LARGE]


def test_members_are_counted_before_they_are_read(
    reading_of: MakeReading, new_budget: MakeBudget
) -> None:
    reading = reading_of(entry("a", b"x") * 5 + END, budget=new_budget(members=3))
    with pytest.raises(TooManyMembers):
        _add_all(reading)
    assert len(reading.found.children) == 3


def test_a_cut_member_is_kept_as_far_as_it_goes(reading_of: MakeReading) -> None:
    reading = reading_of(entry("a.exe", PE + bytes(5000))[: 512 + len(PE)])
    with pytest.raises(ContentMalformed):
        _add_all(reading)
    assert [gap.reason for gap in reading.found.unscanned] == [Reason.MALFORMED]
    assert [child.file_type.name for child in reading.found.children] == ["pe"]


def test_reading_apart_from_adding(reading_of: MakeReading) -> None:
    reading = reading_of(entry("a", b"x") + END)
    other = Budget(reading.budget.deadline, 100, 100, 8)
    (member,) = ((m, reading.read(m, other)) for m in reading.members(reading.found.content.view))
    reading.put(*member, ("b",), hidden=True)
    (child,) = reading.found.children
    assert (child.other_names, child.hidden_from_clamav) == (("b",), True)
    assert (other.bytes_left, reading.budget.bytes_left) == (99, 64 * 1024 * 1024)


def test_less_than_declared_is_a_failure(reading_of: MakeReading) -> None:
    """Whatever the reason may be that a reader ends early, and says nothing."""
    reading = reading_of(builders.tar_of({"a.txt": PE}))
    for member in reading.members(reading.found.content.view):
        reading.add(replace(member, size=len(PE) + 1))
    assert [gap.reason for gap in reading.found.unscanned] == [Reason.MALFORMED]
    assert [bytes(child.view) for child in reading.found.children] == [PE]
