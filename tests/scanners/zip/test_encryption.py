"""Locks: the right password opens, a wrong one does not, and both say so at their price."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import zip_aes, zip_crypto
from samples.zip_archives import aes_member, archive_of, crypto_member
from scanners.budget import Budget
from scanners.errors import ContentMalformed, DeadlinePassed
from scanners.zip.encryption import AesLock, Lock, OldLock, find_lock, spellings
from scanners.zip.headers import local_header
from tests.scanners.zip.forge import Item

MakeBudget = Callable[..., Budget]

TEXT = b"plain text " * 9


def _aes(data: bytes, password: bytes, strength: int = 3) -> AesLock:
    return AesLock(memoryview(zip_aes.encrypt(data, password, strength)), 4 * (strength + 1))


def _old(data: bytes, password: bytes) -> OldLock:
    return OldLock(memoryview(zip_crypto.encrypt(data, password, 0x77000000)), (0x77,))


@pytest.mark.parametrize("make", [_aes, _old])
@given(st.binary(max_size=200), st.binary(min_size=1, max_size=20).filter(lambda p: b"\0" not in p))
def test_the_right_password(
    new_budget: MakeBudget, make: Callable[[bytes, bytes], Lock], data: bytes, password: bytes
) -> None:
    lock = make(data, password)
    assert lock.size == len(data)
    assert lock.fits(password)
    opened = lock.open(password, new_budget())
    assert (opened.failure, bytes(opened.view)) == (None, data)


@pytest.mark.parametrize("strength", [1, 2, 3])
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 1024 * 1024 + 5])
def test_every_strength_and_length(new_budget: MakeBudget, strength: int, size: int) -> None:
    """The counter goes on where a piece ends."""
    data = bytes(size)
    assert bytes(_aes(data, b"x", strength).open(b"x", new_budget()).view) == data


def test_wrong_passwords(new_budget: MakeBudget) -> None:
    old, aes = _old(TEXT, b"right"), _aes(TEXT, b"right")
    wrong = [b"%d" % number for number in range(2000)]
    assert 1 <= sum(map(old.fits, wrong)) < 40, "one in 256"
    assert not any(map(aes.fits, wrong[:20]))
    assert isinstance(aes.open(b"wrong", new_budget()).failure, ContentMalformed)


def test_what_is_not_authentic(new_budget: MakeBudget) -> None:
    packed = bytearray(_aes(TEXT, b"x").packed)
    packed[30] ^= 1
    lock = AesLock(memoryview(packed), 16)
    assert lock.fits(b"x")
    assert isinstance(lock.open(b"x", new_budget()).failure, ContentMalformed)


def test_the_deadline_holds(new_budget: MakeBudget) -> None:
    with pytest.raises(DeadlinePassed):
        _aes(TEXT, b"x").open(b"x", new_budget(seconds=-1))
    late = _old(TEXT, b"x").open(b"x", new_budget(seconds=-1))
    assert isinstance(late.failure, DeadlinePassed)


def test_prices() -> None:
    """Thousands of guesses for ZipCrypto, hundreds for AES, in a quarter of a second."""
    for lock, milliseconds in ((_old(TEXT, b"x"), 0.3), (_aes(TEXT, b"x"), 20)):
        started = time.monotonic()
        for number in range(20):
            lock.fits(b"guess %d" % number)
        assert time.monotonic() - started < 20 * milliseconds / 1000


def _found(item: Item) -> Lock | None:
    view = memoryview(item.local_record() + item.body)
    header = local_header(view, 0)
    return find_lock(header, view[header.data :])


def test_locks_are_found() -> None:
    aes = memoryview(archive_of(aes_member("a", TEXT, strength=2)))
    header = local_header(aes, 0)
    lock = find_lock(header, aes[header.data : header.data + header.packed_size])
    assert isinstance(lock, AesLock)
    assert lock.fits(b"infected")
    old = memoryview(archive_of(crypto_member("a", TEXT)))
    header = local_header(old, 0)
    lock = find_lock(header, old[header.data : header.data + header.packed_size])
    assert isinstance(lock, OldLock)
    assert lock.fits(b"infected")


def test_a_deferred_checksum_is_checked_by_the_time() -> None:
    body = zip_crypto.encrypt(TEXT, b"x", 0x9A000000)
    lock = _found(Item(b"a", TEXT, 0, body, flags=9, local={"time": 0x9A12, "checksum": 0}))
    assert lock is not None
    assert lock.fits(b"x")


@pytest.mark.parametrize("flags", [0x41, 0x2041, 0x2001])
def test_no_lock_that_anything_opens(flags: int) -> None:
    assert _found(Item(b"a", TEXT, 0, b"x" * 99, flags=flags)) is None


def test_too_short_for_a_lock() -> None:
    assert _found(Item(b"a", TEXT, 0, b"x" * 11, flags=1)) is None
    field = zip_aes.extra_field(version=2, strength=3, method=8)
    assert _found(Item(b"a", TEXT, 0, b"x" * 27, flags=1, local={"extra": field})) is None
    assert _found(Item(b"a", TEXT, 0, b"x" * 28, flags=1, local={"extra": field})) is not None
    field = zip_aes.extra_field(version=2, strength=4, method=8)
    assert _found(Item(b"a", TEXT, 0, b"x" * 99, flags=1, local={"extra": field})) is None


def test_spellings() -> None:
    assert list(spellings("plain")) == [b"plain"]
    assert list(spellings("ü")) == [b"\xc3\xbc", b"\x81", b"\xfc"]
    assert b"\xef\xf0\xe8\xe2\xe5\xf2" in spellings("привет")
    assert list(spellings("\ud800")) == []
