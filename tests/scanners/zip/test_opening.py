"""Encrypted members are opened if a password is at hand; what stays closed is a gap."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from samples import builders
from samples.zip_archives import TEXT, Packed, aes_member, archive_of, crypto_member
from scanners.budget import Budget
from scanners.model import Code, Examination
from tests.scanners.zip.forge import Item, forge
from tests.scanners.zip.locked import FILES, LOCKED, PASSWORD, PE

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
MakeBudget = Callable[..., Budget]

Make = Callable[[Path], bytes]

ENCRYPTED, EXECUTABLE, GAP = "archive.encrypted?", "archive.executable?", "unscanned.encrypted"
UNKNOWN = b"nobody tries this"


def _members(found: Examination) -> dict[str, str]:
    assert found.types is not None
    return {node.name: node.file_type.name for node in found.types.children}


@pytest.mark.parametrize("make", LOCKED.values(), ids=LOCKED)
def test_opened(
    run: Examine, findings: Findings, tmp_path: Path, make: Callable[[Path], bytes]
) -> None:
    """What is inside is inspected like any other file, and clamd gets it from us."""
    found = run(make(tmp_path), name=f"{PASSWORD}.zip")
    assert findings(found) == {ENCRYPTED, EXECUTABLE}
    assert [
        (each.name, each.path) for each in found.detections if each.code is Code.ARCHIVE_ENCRYPTED
    ] == [("opened", ())]
    assert _members(found) == {"read.me": "text", "a.exe": "pe", "empty": "empty"}
    assert {bytes(part.view) for part in found.extracted} >= {FILES["read.me"], PE}


@pytest.mark.parametrize("make", LOCKED.values(), ids=LOCKED)
def test_not_opened(
    run: Examine, findings: Findings, tmp_path: Path, new_budget: MakeBudget, make: Make
) -> None:
    """Names are judged all the same."""
    budget = new_budget()
    budget.guess_seconds = 0
    found = run(make(tmp_path), budget=budget)
    assert findings(found) == {ENCRYPTED, EXECUTABLE, GAP}
    assert _members(found)["a.exe"] == "encrypted"
    assert found.extracted == ()


def test_the_password_is_no_part_of_the_report(run: Examine) -> None:
    found = run(archive_of(aes_member("a.txt", TEXT)), name="a.zip")
    (opened,) = found.detections
    assert opened.name == "opened"
    assert PASSWORD not in repr(opened)


def test_members_with_passwords_of_their_own(run: Examine, findings: Findings) -> None:
    """Each that is found is tried on all; what none opens is the only gap."""
    data = archive_of(
        crypto_member("1.txt", TEXT, b"infected"),
        aes_member("2.txt", TEXT, b"virus"),
        crypto_member("3.exe", PE, b"virus"),
        aes_member("4.txt", TEXT, b"infected"),
        crypto_member("5.txt", TEXT, UNKNOWN),
        Packed("6.txt", TEXT, TEXT, builders.STORED),
    )
    found = run(data)
    assert findings(found) == {ENCRYPTED, EXECUTABLE, GAP}
    assert [gap.path for gap in found.unscanned] == [("5.txt",)]
    types = _members(found)
    assert types.pop("5.txt") == "encrypted"
    assert types.pop("3.exe") == "pe"
    assert set(types.values()) == {"text"}


@pytest.mark.parametrize("spelling", ["utf-8", "cp437", "cp1252"])
@pytest.mark.parametrize("make", [aes_member, crypto_member])
def test_passwords_that_are_not_ascii(
    run: Examine, findings: Findings, make: Callable[..., Packed], spelling: str
) -> None:
    data = archive_of(make("a.txt", TEXT, "grün".encode(spelling)))
    assert findings(run(data, name="grün.zip")) == {ENCRYPTED}


@pytest.mark.parametrize("seed", range(8))
def test_a_wrong_password_that_fits_is_found_out(
    run: Examine, findings: Findings, seed: int
) -> None:
    """One wrong password in 256 passes ZipCrypto's check; with many tried, some do."""
    data = archive_of(crypto_member("a.txt", TEXT, b"%d nobody tries this" % seed))
    names = ".".join(f"word{number}" for number in range(400))
    assert findings(run(data, name=f"{names}.zip")) == {ENCRYPTED, GAP}


def test_damaged_content_of_an_opened_member(run: Examine, findings: Findings) -> None:
    """The verifier fits, the authentication does not: nothing was proven."""
    good = aes_member("a.txt", TEXT)
    bad = Packed("a.txt", TEXT, good.body[:-1] + b"?", good.method, 1, good.extra, checksum=False)
    assert findings(run(archive_of(bad))) == {ENCRYPTED, GAP}


def test_a_method_that_nothing_reads_behind_a_lock(run: Examine, findings: Findings) -> None:
    good = aes_member("a.txt", TEXT)
    field = good.extra[:-2] + b"\x06\0"
    data = archive_of(Packed("a.txt", TEXT, good.body, good.method, 1, field, checksum=False))
    assert findings(run(data)) == {ENCRYPTED, "unscanned.malformed"}


@pytest.mark.parametrize(
    "member",
    [
        Item(b"a.txt", TEXT, packed=b"x" * 400, flags=0x41),
        Item(b"a.txt", TEXT, packed=b"short", flags=1),
        Item(b"a.txt", TEXT, packed=b"x" * 20, flags=1, central={"method": 99}),
        Item(b"a.txt", TEXT, packed=b"x" * 400, flags=1, central={"extra": b"\x17\0\0\0"}),
    ],
    ids=["strong", "short", "AES without a field", "strong by a field"],
)
def test_what_nothing_opens(run: Examine, findings: Findings, member: Item) -> None:
    assert findings(run(forge([member]))) >= {ENCRYPTED, GAP}


def test_an_encrypted_directory(run: Examine, findings: Findings) -> None:
    """Names and numbers are masked, and no directory can be read."""
    masked = Item(b"1", TEXT, packed=bytes(range(200)), flags=0x2041, listed=False)
    data = forge([masked], before_directory=bytes(range(99)), end={"count": 1, "size": 99})
    assert findings(run(data)) == {"archive.encrypted_names?", GAP}


def test_a_large_member_is_opened_quickly(run: Examine, findings: Findings) -> None:
    noise = bytes(range(256)) * 20_000
    for make in (aes_member, crypto_member):
        member = make("a.bin", noise)
        data = archive_of(member)
        started = time.monotonic()
        assert findings(run(data)) == {ENCRYPTED}
        assert time.monotonic() - started < 5


def test_a_bomb_behind_a_lock(run: Examine, findings: Findings) -> None:
    data = archive_of(aes_member("a.bin", bytes(13 * 1024 * 1024)))
    assert findings(run(data)) == {ENCRYPTED, "archive.bomb", "unscanned.too_large"}


def test_what_is_called_encrypted_and_is_not_has_no_password(
    run: Examine, findings: Findings
) -> None:
    found = run(forge([Item(b"a.exe", PE, flags=1)]))
    assert findings(found) == {"archive.ambiguous", EXECUTABLE}
