"""A password is right if what it opens is what was packed; trying costs nothing but time."""

from collections.abc import Callable

import pytest

from samples.zip_archives import TEXT, Packed, aes_member, archive_of, crypto_member
from scanners.budget import Budget
from scanners.zip.directory import entries, find_directory
from scanners.zip.encryption import find_lock
from scanners.zip.headers import local_header
from scanners.zip.member import listed
from scanners.zip.trial import Trial

MakeBudget = Callable[..., Budget]


def _trial(packed: Packed, budget: Budget) -> Trial:
    view = memoryview(archive_of(packed))
    directory = find_directory(view)
    assert directory is not None
    entry = next(entries(view, directory))
    member = listed(view, entry, entry.names, local_header(view, entry.offset).data)
    lock = find_lock(entry, member.packed)
    assert lock is not None
    return Trial(member, lock, budget)


@pytest.mark.parametrize("make", [aes_member, crypto_member])
def test_right_and_wrong(new_budget: MakeBudget, make: Callable[..., Packed]) -> None:
    budget = new_budget()
    before = budget.bytes_left, budget.members_left
    trial = _trial(make("a", TEXT, "grün".encode("cp437")), budget)
    assert [trial.opens(text) for text in ("wrong", "grun", "grün")] == [False, False, True]
    assert trial.key == "grün".encode("cp437")
    assert (budget.bytes_left, budget.members_left) == before


def test_most_that_fit_are_wrong(new_budget: MakeBudget) -> None:
    """ZipCrypto's check passes one in 256: the checksum of the content decides."""
    trial = _trial(crypto_member("a", TEXT), new_budget())
    words = [f"word {number}" for number in range(3000)]
    assert any(trial.lock.fits(word.encode()) for word in words)
    assert not any(map(trial.opens, words))
