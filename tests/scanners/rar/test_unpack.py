"""Bytes of RAR members: only what its checksum holds for is believed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from samples.rar_archives import RarFile, rar4, rar5
from scanners.budget import Budget
from scanners.model import Reason
from scanners.rar import rar4 as reader4
from scanners.rar import rar5 as reader5
from scanners.rar.blake2sp import blake2sp
from scanners.rar.keys import Derived
from scanners.rar.records import Archive, Member
from scanners.rar.unpack import LARGEST_WINDOW, holds, listed, stored, unlocked
from tests.scanners.rar.packer import packed4, packed5, zeros5

MakeBudget = Callable[..., Budget]
TEXT = bytes(range(256)) * 20
BIG_WINDOW = 3 << 7 | 11 << 10


def archive_of(data: bytes, password: str | None = None) -> Archive:
    read = reader5.read if data[6:7] == b"\1" else reader4.read
    return read(memoryview(data), 0, Budget(1e12, 1, 99, 1), Derived(), password)


def only(data: bytes) -> Member:
    (member,) = archive_of(data).members
    return member


@pytest.mark.parametrize("make", [rar4, rar5])
@pytest.mark.parametrize("password", ["", "infected"])
def test_stored(new_budget: MakeBudget, make: Callable[..., bytes], password: str) -> None:
    data = make([RarFile("a", TEXT + b"!", password)])
    out = stored(only(data), memoryview(data), new_budget(), password)
    assert (bytes(out.view), out.reason) == (TEXT + b"!", None)


@pytest.mark.parametrize("make", [rar4, rar5])
def test_stored_with_a_wrong_password(new_budget: MakeBudget, make: Callable[..., bytes]) -> None:
    """Noise is nothing to look at."""
    data = make([RarFile("a", TEXT, "infected")])
    out = stored(only(data), memoryview(data), new_budget(), "wrong")
    assert (bytes(out.view), out.reason) == (b"", Reason.MALFORMED)


def test_stored_with_a_wrong_checksum(new_budget: MakeBudget) -> None:
    data = rar5([RarFile("a", TEXT, checksum=1)])
    out = stored(only(data), memoryview(data), new_budget(), "")
    assert (bytes(out.view), out.reason) == (TEXT, Reason.MALFORMED)


def test_a_digest_counts_more_than_a_checksum() -> None:
    member = only(rar5([RarFile("a", TEXT)]))
    right = replace_digest(member, blake2sp(memoryview(TEXT)))
    assert holds(right, memoryview(TEXT), "")
    assert not holds(replace_digest(member, bytes(32)), memoryview(TEXT), "")


def replace_digest(member: Member, digest: bytes) -> Member:
    return replace(member, digest=digest)


def test_without_any_checksum_a_password_is_not_believed() -> None:
    plain = replace(only(rar5([RarFile("a", TEXT)])), checksum=None)
    locked = replace(only(rar5([RarFile("a", TEXT, "infected")])), checksum=None)
    assert holds(plain, memoryview(TEXT), "")
    assert not holds(locked, memoryview(TEXT), "infected")


@pytest.mark.parametrize("make, pack", [(rar4, packed4), (rar5, packed5)])
def test_listed(
    new_budget: MakeBudget, make: Callable[..., bytes], pack: Callable[[bytes], bytes]
) -> None:
    """Plain packed members come along; stored and encrypted ones are only listed."""
    files = [
        RarFile("a", TEXT, packed=pack(TEXT)),
        RarFile("b", b"stored"),
        RarFile("c", TEXT, "infected", packed=pack(TEXT)),
    ]
    data = make(files)
    entries = list(listed(memoryview(data), archive_of(data), new_budget()))
    assert [entry.name for entry in entries] == ["a", "b", "c"]
    assert entries[0].unpacked is not None
    assert (bytes(entries[0].unpacked.view), entries[0].unpacked.reason) == (TEXT, None)
    assert (entries[1].unpacked, entries[2].unpacked) == (None, None)


@pytest.mark.parametrize("make, pack", [(rar4, packed4), (rar5, packed5)])
def test_unlocked(
    new_budget: MakeBudget, make: Callable[..., bytes], pack: Callable[[bytes], bytes]
) -> None:
    files = [
        RarFile("a", TEXT, "infected", packed=pack(TEXT)),
        RarFile("b", TEXT, "other", packed=pack(TEXT)),
        RarFile("b", TEXT, packed=pack(TEXT), stream=":s"),
        RarFile("c", TEXT, packed=pack(TEXT)),
    ]
    data = make(files)
    archive = archive_of(data)
    out = unlocked(
        archive, memoryview(data), {0: "infected"}, set(), new_budget(), everything=False
    )
    assert {number: bytes(one.view) for number, one in out.items()} == {0: TEXT, 2: TEXT}
    whole = unlocked(archive, memoryview(data), {}, {2}, new_budget(), everything=True)
    assert list(whole) == [3]


def test_solid_members_need_those_before(new_budget: MakeBudget) -> None:
    data = rar5(
        [
            RarFile("a", TEXT, packed=packed5(TEXT)),
            RarFile("b", TEXT, "infected", packed=packed5(TEXT), method=3 << 7 | 64),
        ],
        solid=True,
    )
    out = unlocked(
        archive_of(data), memoryview(data), {1: "infected"}, {0}, new_budget(), everything=False
    )
    assert {number: bytes(one.view) for number, one in out.items()} == {0: TEXT, 1: TEXT}


def test_decrypted_bytes_count(new_budget: MakeBudget) -> None:
    data = rar5([RarFile("a", TEXT, "infected")])
    budget = new_budget(size=10_000)
    stored(only(data), memoryview(data), budget, "infected")
    assert budget.bytes_left == 10_000 - len(TEXT)


def test_large_windows_are_not_unpacked(new_budget: MakeBudget) -> None:
    data = rar5([RarFile("a", TEXT, "infected", packed=packed5(TEXT), method=BIG_WINDOW)])
    assert only(data).window > LARGEST_WINDOW
    archive = archive_of(data)
    assert not unlocked(
        archive, memoryview(data), {0: "infected"}, set(), new_budget(), everything=True
    )


def test_bomb(new_budget: MakeBudget) -> None:
    data = rar5([RarFile("a", bytes(30_000_000), packed=zeros5(30_000_000))])
    (entry,) = listed(memoryview(data), archive_of(data), new_budget())
    assert entry.unpacked is not None
    assert (entry.unpacked.bomb, entry.unpacked.reason) == (True, Reason.TOO_LARGE)
