"""Headers of RAR 4: everything they say of members, and every way in which they break off."""

import struct
from collections.abc import Callable
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.rar_archives import RarFile, rar4
from scanners.budget import Budget
from scanners.rar.keys import Derived
from scanners.rar.rar4 import headers_open, read, starts
from scanners.rar.records import Archive, Link, Way

Read = Callable[..., Archive]
TEXT = b"Plain text.\n" * 9
PLAIN = rar4([RarFile("a.txt", TEXT), RarFile("b\\c.txt", b"x")])
LOCKED = rar4([RarFile("a.txt", TEXT)], opened_by="infected")


@pytest.fixture(scope="module")
def listing(new_budget: Callable[..., Budget]) -> Read:
    def call(data: bytes, password: str | None = None, **budget: int) -> Archive:
        return read(memoryview(data), 0, new_budget(**budget), Derived(), password)

    return call


def block(kind: int, flags: int, body: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", crc32(head) & 0xFFFF) + head


def rar(*blocks: bytes) -> bytes:
    return b"Rar!\x1a\x07\0" + block(0x73, 0, bytes(6)) + b"".join(blocks) + block(0x7B, 0, b"")


def file_fields(name: bytes, *, packed: int = 0, size: int = 0, version: int = 29) -> bytes:
    numbers = (packed, size, 2, 0, 0, version, 0x30, len(name), 0x20)
    return struct.pack("<2IB2I2BHI", *numbers) + name


def test_members(listing: Read) -> None:
    archive = listing(PLAIN + b"behind")
    first, second = archive.members
    assert (first.name, first.stored, first.size, first.packed) == ("a.txt", True, 108, 108)
    assert PLAIN[first.start : first.start + first.packed] == TEXT
    assert (first.checksum, first.method, first.window) == (crc32(TEXT), 29 << 8 | 0x30, 128 * 1024)
    assert second.name == "b/c.txt"
    assert (archive.end, archive.broken) == (len(PLAIN), "")


def test_symbolic_link(listing: Read) -> None:
    (member,) = listing(rar4([RarFile("l", b"", link=(1, "../x"))])).members
    assert member.link == Link(Way.SYMLINK, "../x")


@pytest.mark.parametrize("target", ["MZ\0", "echo\nls", "a" * 4096])
def test_a_link_to_what_is_no_target_is_not_bare(listing: Read, target: str) -> None:
    (member,) = listing(rar4([RarFile("l", b"", link=(1, target))])).members
    assert member.link == Link(Way.SYMLINK, target, bare=False)


def test_alternate_stream_is_a_member(listing: Read) -> None:
    files = [RarFile("a.txt", TEXT), RarFile("a.txt", b"s", stream=":b.exe")]
    members = listing(rar4(files)).members
    assert [(m.name, m.stream) for m in members] == [("a.txt", False), ("a.txt:b.exe", True)]


def test_other_services_are_no_members(listing: Read) -> None:
    assert listing(rar(block(0x7A, 0x8000, file_fields(b"CMT")))).members == ()


def test_volumes(listing: Read) -> None:
    files = [RarFile("a", b"a", volume_flags=1), RarFile("c", b"c", volume_flags=2)]
    members = listing(rar4(files, volume=True)).members
    assert [(m.begins_elsewhere, m.goes_on_elsewhere) for m in members] == [
        (True, False),
        (False, True),
    ]


def test_folders_and_large_files(listing: Read) -> None:
    large = file_fields(b"", size=5)
    large = large[: -0 or None] + struct.pack("<2I", 0, 3) + b"big"
    large = large.replace(struct.pack("<HI", 0, 0x20), struct.pack("<HI", 3, 0x20))
    folder, big = listing(
        rar(block(0x74, 0x80E0, file_fields(b"d")), block(0x74, 0x8100, large))
    ).members
    assert (folder.folder, folder.window) == (True, 0)
    assert (big.name, big.size) == ("big", 3 << 32 | 5)


def test_encrypted_by_an_old_cipher(listing: Read) -> None:
    (member,) = listing(rar(block(0x74, 0x8004, file_fields(b"a", version=20)))).members
    assert member.keys is not None
    assert not member.keys.affordable


def test_encrypted_headers(listing: Read) -> None:
    closed = listing(LOCKED)
    assert (closed.members, closed.names_keys is not None) == ((), True)
    assert headers_open(memoryview(LOCKED), closed.end, Derived(), "infected")
    assert not headers_open(memoryview(LOCKED), closed.end, Derived(), "x")
    assert not headers_open(memoryview(LOCKED)[:30], closed.end, Derived(), "infected")
    opened = listing(LOCKED, "infected")
    assert [member.name for member in opened.members] == ["a.txt"]
    assert (opened.names_keys, opened.broken) == (None, "")


def test_comments_in_headers_are_not_checked(listing: Read) -> None:
    """RAR 2 put them there, behind what the checksum covers."""
    main = block(0x73, 2, bytes(6))
    commented = main[:5] + struct.pack("<H", 17) + main[7:] + b"note"
    commented = struct.pack("<H", crc32(commented[2:13]) & 0xFFFF) + commented[2:]
    assert listing(b"Rar!\x1a\x07\0" + commented + block(0x7B, 0, b"")).broken == ""
    body = file_fields(b"a") + b"note"
    head = struct.pack("<BHH", 0x74, 0x8008, 7 + len(body)) + body
    checksum = struct.pack("<H", crc32(head[:-4]) & 0xFFFF)
    assert listing(rar(checksum + head)).broken == ""


BROKEN = {
    "nothing": b"Rar!\x1a\x07\0\1",
    "too small a size": b"Rar!\x1a\x07\0" + bytes(20),
    "cut header": PLAIN[:30],
    "data beyond the end": PLAIN[:100],
    "checksum": PLAIN.replace(b"a.txt", b"z.txt"),
    "name beyond the header": rar(block(0x74, 0, file_fields(b"a")[:-1])),
    "no fields": rar(block(0x74, 0, b"")),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_broken(listing: Read, data: bytes) -> None:
    assert listing(data).broken


def test_a_wrong_checksum_ends_nothing(listing: Read) -> None:
    assert len(listing(BROKEN["checksum"]).members) == 2


def test_no_end_is_needed(listing: Read) -> None:
    archive = listing(rar4([RarFile("a.txt", TEXT)], end=False))
    assert (len(archive.members), archive.broken) == (1, "")


def test_members_beyond_the_budget_are_not_listed(listing: Read) -> None:
    files = [RarFile(f"{number}", b"") for number in range(9)]
    assert len(listing(rar4(files), members=3).members) == 4


def test_starts() -> None:
    assert starts(memoryview(b"stub" + PLAIN), 4)
    assert not starts(memoryview(b"Rar!\x1a\x07\0" + bytes(20)), 0)
    assert not starts(memoryview(PLAIN.replace(b"\x73\0", b"\x73\1", 1)), 0)


@given(st.data())
def test_any_damage_is_survived(listing: Read, data: st.DataObject) -> None:
    whole = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(7, len(whole) - 1))] = data.draw(st.integers(0, 255))
    listing(bytes(whole))
