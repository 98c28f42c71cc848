"""Passwords of 7z archives: what is tried on what, and how often."""

from collections.abc import Callable

import pytest

from samples.sevenzip_archives import AES, COPY, SevenZipFile, sevenzip, start_header
from scanners.budget import Budget
from scanners.model import Content
from scanners.passwords.keyring import Keyring
from scanners.sevenzip.header import Locked, read
from scanners.sevenzip.passwords import Passwords
from scanners.sevenzip.records import Archive
from scanners.sevenzip.unpack import Source

MakeBudget = Callable[..., Budget]
TEXT = b"Plain text.\n" * 20


def opening(data: bytes, budget: Budget, *listed: str) -> tuple[Passwords, Archive | Locked]:
    budget.guess_seconds = 10  # on a busy machine, too
    source = Source(memoryview(data), budget)
    return Passwords(Keyring(listed=listed), Content(source.view), source), read(source, 0)


@pytest.mark.parametrize(
    "listed, found", [(("open", "sesame"), "sesame"), (("open",), None), ((), None)]
)
def test_of_a_header(new_budget: MakeBudget, listed: tuple[str, ...], found: str | None) -> None:
    data = sevenzip([SevenZipFile("a", TEXT)], opened_by="sesame")
    passwords, locked = opening(data, new_budget(), *listed)
    assert isinstance(locked, Locked)
    password = passwords.of_header(locked)
    assert (password.text if password else None) == found


@pytest.mark.parametrize("method", [COPY, b"\x21"])
@pytest.mark.parametrize("listed, found", [(("open", "sesame"), "sesame"), (("open",), None)])
def test_of_a_folder(
    new_budget: MakeBudget, method: bytes, listed: tuple[str, ...], found: str | None
) -> None:
    data = sevenzip([SevenZipFile("a", TEXT, "sesame", method)])
    passwords, archive = opening(data, new_budget(), *listed)
    assert isinstance(archive, Archive)
    password = passwords.of_folder(archive, 0)
    assert (password.text if password else None) == found


def test_folders_that_are_locked_alike_are_tried_once(
    new_budget: MakeBudget, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0

    def find(*_: object) -> None:
        nonlocal tried
        tried += 1

    monkeypatch.setattr(Keyring, "find", find)
    files = [SevenZipFile(str(number), TEXT, "sesame") for number in range(5)]
    passwords, archive = opening(sevenzip(files), new_budget())
    assert isinstance(archive, Archive)
    for number in range(5):
        assert passwords.of_folder(archive, number) is None
    assert tried == 1


def test_many_wrong_passwords_are_no_failure(new_budget: MakeBudget) -> None:
    wrong = [f"wrong {number}" for number in range(200)]
    data = sevenzip([SevenZipFile("a", TEXT, "sesame")])
    passwords, archive = opening(data, new_budget(), *wrong, "sesame")
    assert isinstance(archive, Archive)
    assert passwords.of_folder(archive, 0) is not None


def test_a_checksum_that_no_password_makes_true(new_budget: MakeBudget) -> None:
    data = sevenzip([SevenZipFile("a", TEXT, "sesame", checksum=1)])
    passwords, archive = opening(data, new_budget(), "sesame")
    assert isinstance(archive, Archive)
    assert passwords.of_folder(archive, 0) is None


def test_too_many_rounds_are_not_tried(new_budget: MakeBudget) -> None:
    """2^62 of them: one guess would take longer than the universe has."""
    data = sevenzip([SevenZipFile("a", TEXT, "sesame")], packed=False)
    start = data.rindex(b"\1\4")
    header = data[start:].replace(AES + b"\x12\x46", AES + b"\x12\x7e")
    assert header != data[start:]
    dear = start_header(start - 32, header) + data[32:start] + header
    passwords, archive = opening(dear, new_budget(), "sesame")
    assert isinstance(archive, Archive)
    assert passwords.of_folder(archive, 0) is None
