"""Passwords of RAR archives: what is tried on what, and how often."""

from collections.abc import Callable

import pytest

from samples.rar_archives import RarFile, rar4, rar5
from scanners.budget import Budget
from scanners.model import Content
from scanners.passwords.keyring import Keyring
from scanners.rar import rar4 as reader4
from scanners.rar import rar5 as reader5
from scanners.rar.keys import Derived
from scanners.rar.passwords import Passwords
from scanners.rar.records import Archive
from tests.scanners.rar.packer import packed4, packed5

MakeBudget = Callable[..., Budget]
TEXT = bytes(range(256)) * 4


def opening(data: bytes, budget: Budget, *listed: str) -> tuple[Passwords, Archive]:
    budget.guess_seconds = 10  # on a busy machine, too
    read = reader5.read if data[6:7] == b"\1" else reader4.read
    archive = read(memoryview(data), 0, budget, Derived())
    return Passwords(Keyring(listed=listed), Content(memoryview(data)), budget), archive


LOCKED = {
    "stored": rar5([RarFile("a", TEXT, "sesame")]),
    "no check value": rar5([RarFile("a", TEXT, "sesame")], check=False),
    "no check value, packed": rar5(
        [RarFile("a", TEXT, "sesame", packed=packed5(TEXT))], check=False
    ),
    "checksums as they are": rar5([RarFile("a", TEXT, "sesame", tweaked=False)], check=False),
    "old": rar4([RarFile("a", TEXT, "sesame")]),
    "old, packed": rar4([RarFile("a", TEXT, "sesame", packed=packed4(TEXT))]),
}


@pytest.mark.parametrize("data", LOCKED.values(), ids=LOCKED)
def test_of_a_member(new_budget: MakeBudget, data: bytes) -> None:
    passwords, archive = opening(data, new_budget(), "open", "sesame")
    found = passwords.of_member(archive.members[0], archive)
    assert found is not None
    assert found.text == "sesame"
    closed, archive = opening(data, new_budget(), "open")
    assert closed.of_member(archive.members[0], archive) is None


HEADERS = {
    "new": rar5([RarFile("a", TEXT)], opened_by="sesame"),
    "new, no check value": rar5([RarFile("a", TEXT)], opened_by="sesame", check=False),
    "old": rar4([RarFile("a", TEXT)], opened_by="sesame"),
}


@pytest.mark.parametrize("data", HEADERS.values(), ids=HEADERS)
def test_of_headers(new_budget: MakeBudget, data: bytes) -> None:
    passwords, archive = opening(data, new_budget(), "open", "sesame")
    found = passwords.of_headers(archive, Derived())
    assert found is not None
    assert found.text == "sesame"
    closed, archive = opening(data, new_budget(), "open")
    assert closed.of_headers(archive, Derived()) is None


def test_nothing_to_open(new_budget: MakeBudget) -> None:
    passwords, archive = opening(rar5([RarFile("a", TEXT)]), new_budget())
    assert passwords.of_headers(archive, Derived()) is None
    assert passwords.of_member(archive.members[0], archive) is None


def test_each_lock_is_tried_once(new_budget: MakeBudget, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0

    def find(*_: object) -> None:
        nonlocal tried
        tried += 1

    monkeypatch.setattr(Keyring, "find", find)
    files = [RarFile(str(number), TEXT, "sesame") for number in range(5)]
    passwords, archive = opening(rar5(files), new_budget())
    for member in archive.members:
        assert passwords.of_member(member, archive) is None
    assert tried == 1


def test_an_empty_member_tells_nothing(new_budget: MakeBudget) -> None:
    """Its checksum holds whatever the password."""
    passwords, archive = opening(rar4([RarFile("a", b"", "sesame")]), new_budget(), "open")
    assert passwords.of_member(archive.members[0], archive) is None
