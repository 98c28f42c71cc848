"""Headers of RAR 5: everything they say of members, and every way in which they break off."""

import struct
from collections.abc import Callable
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.rar_archives import RarFile, rar5, vints
from scanners.budget import Budget
from scanners.rar.keys import Derived
from scanners.rar.rar5 import read, starts
from scanners.rar.records import Archive, Link, Way

Read = Callable[..., Archive]
TEXT = b"Plain text.\n" * 9


@pytest.fixture(scope="module")
def listing(new_budget: Callable[..., Budget]) -> Read:
    def call(data: bytes, password: str | None = None, **budget: int) -> Archive:
        return read(memoryview(data), 0, new_budget(**budget), Derived(), password)

    return call


def header(*fields: int, tail: bytes = b"") -> bytes:
    body = vints(*fields) + tail
    sized = vints(len(body)) + body
    return struct.pack("<I", crc32(sized)) + sized


def rar(*headers: bytes) -> bytes:
    return b"Rar!\x1a\x07\x01\0" + header(1, 0, 0) + b"".join(headers) + header(5, 0, 0)


def test_members(listing: Read) -> None:
    data = rar5([RarFile("a/ü.txt", TEXT), RarFile("b", b"x", packed=b"packed", method=0xD80)])
    archive = listing(data + b"behind")
    first, second = archive.members
    assert (first.name, first.stored, first.size, first.packed) == ("a/ü.txt", True, 108, 108)
    assert data[first.start : first.start + first.packed] == TEXT
    assert first.checksum == crc32(TEXT)
    assert (second.stored, second.window, second.packed) == (False, 1024 * 1024, 6)
    assert (archive.end, archive.broken) == (len(data), "")


@pytest.mark.parametrize(
    "link, expected",
    [
        ((1, "../x"), Link(Way.SYMLINK, "../x")),
        ((2, "x"), Link(Way.SYMLINK, "x")),
        ((3, "C:\\x"), Link(Way.SYMLINK, "C:\\x")),
        ((4, "a"), Link(Way.COPY, "a")),
        ((5, "a"), Link(Way.COPY, "a")),
        ((0, "a"), None),
        ((99, "a"), None),
    ],
)
def test_links(listing: Read, link: tuple[int, str], expected: Link | None) -> None:
    (member,) = listing(rar5([RarFile("l", b"", link=link)])).members
    assert member.link == expected


def test_a_link_with_data_is_not_bare(listing: Read) -> None:
    (member,) = listing(rar5([RarFile("l", TEXT, link=(1, "x"))])).members
    assert member.link == Link(Way.SYMLINK, "x", bare=False)


def test_volumes(listing: Read) -> None:
    files = [
        RarFile("a", b"a", volume_flags=1),
        RarFile("b", b"b"),
        RarFile("c", b"c", volume_flags=2),
    ]
    members = listing(rar5(files, volume=True)).members
    assert [(m.begins_elsewhere, m.goes_on_elsewhere, m.whole) for m in members] == [
        (True, False, False),
        (False, False, True),
        (False, True, False),
    ]


def test_alternate_stream_is_a_member(listing: Read) -> None:
    files = [RarFile("a.txt", TEXT), RarFile("a.txt", b"s", stream=":b.exe")]
    members = listing(rar5(files)).members
    assert [(m.name, m.stream) for m in members] == [("a.txt", False), ("a.txt:b.exe", True)]


def test_comment(listing: Read) -> None:
    archive = listing(rar5([RarFile("", b"The word is: sesame", service="CMT")]))
    assert (archive.comment, archive.members) == (b"The word is: sesame", ())


def test_encrypted_members(listing: Read) -> None:
    (member,) = listing(rar5([RarFile("a", TEXT, "infected")])).members
    assert member.keys is not None
    assert (member.keys.opens("infected"), member.keys.opens("x")) == (True, False)
    opened = member.keys.decrypt(
        "infected", memoryview(rar5([RarFile("a", TEXT, "infected")]))[member.start :]
    )
    assert opened.startswith(TEXT)


def test_encrypted_headers(listing: Read) -> None:
    data = rar5([RarFile("a.txt", TEXT)], opened_by="infected")
    closed = listing(data)
    assert closed.members == ()
    assert closed.names_keys is not None
    assert closed.names_keys.opens("infected")
    opened = listing(data, "infected")
    assert [member.name for member in opened.members] == ["a.txt"]
    assert (opened.names_keys, opened.broken) == (None, "")
    assert listing(data, "wrong").broken


VERSIONED = vints(3, 4, 0, 7)
HASHED = vints(34, 2, 0) + bytes(range(32))
FIELDS = (2, 1, 0, 5, 0, 0, 1, 1)


def with_extra(extra: bytes) -> bytes:
    fields = vints(0, 5, 0, 0, 1, 1) + b"a"
    return rar(header(2, 1, len(extra), tail=fields + extra))


def test_records_of_a_member(listing: Read) -> None:
    (member,) = listing(with_extra(VERSIONED + HASHED)).members
    assert member.other_names == ("a;7",)
    assert member.digest == bytes(range(32))
    assert (member.checksum, member.folder) == (None, False)


BROKEN = {
    "nothing": b"Rar!\x1a\x07\x01\0" + b"\0",
    "size of zero": b"Rar!\x1a\x07\x01\0" + bytes(8),
    "endless size": b"Rar!\x1a\x07\x01\0" + bytes(4) + b"\xff\xff\xff\x7f" + bytes(99),
    "record beyond its area": with_extra(vints(99, 4)),
    "record that is no number": with_extra(b"\xff"),
    "cut in a name": rar5([RarFile("a.txt", TEXT)])[:40],
    "data beyond the end": rar5([RarFile("a.txt", TEXT)])[:90],
    "unknown encryption": with_extra(vints(30, 1, 9) + bytes(28)),
    "checksum": rar5([RarFile("a.txt", TEXT)]).replace(b"a.txt", b"b.txt"),
    "extra longer than the header": rar(header(2, 1, 999, tail=b"x")),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_broken(listing: Read, data: bytes) -> None:
    assert listing(data).broken


def test_a_wrong_checksum_ends_nothing(listing: Read) -> None:
    archive = listing(BROKEN["checksum"])
    assert [member.name for member in archive.members] == ["b.txt"]


def test_members_beyond_the_budget_are_not_listed(listing: Read) -> None:
    files = [RarFile(f"{number}", b"") for number in range(9)]
    assert len(listing(rar5(files), members=3).members) == 4


def test_dictionaries_of_rar_7(listing: Read) -> None:
    method = 1 | 3 << 7 | 2 << 10 | 16 << 15
    (member,) = listing(rar5([RarFile("a", b"x", packed=b"p", method=method)])).members
    assert member.window == 512 * 1024 * 3 // 2


def test_starts() -> None:
    data = memoryview(b"stub" + rar5([]))
    assert starts(data, 4)
    assert not starts(data[: len(b"stub") + 12], 4)
    assert not starts(memoryview(b"Rar!\x1a\x07\x01\0" + bytes(20)), 0)


@given(st.data())
def test_any_damage_is_survived(listing: Read, data: st.DataObject) -> None:
    files = [RarFile("a.txt", TEXT, "infected"), RarFile("a.txt", b"s", stream=":b.exe")]
    whole = bytearray(rar5(files))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    listing(bytes(whole))
