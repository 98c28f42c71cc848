"""Keys of 7z: as the definition says, and in a tenth of the time."""

import hashlib
import time

import pytest

from scanners.errors import ContentMalformed, ContentTooLarge
from scanners.sevenzip.keys import (
    AS_IT_IS,
    DEAREST_LOG,
    MOST_DERIVED,
    MOST_ROUNDS,
    Keys,
    Lock,
    derive,
    read_lock,
)


def by_definition(password: str, lock: Lock) -> bytes:
    chain = hashlib.sha256()
    for number in range(1 << lock.rounds_log):
        chain.update(lock.salt + password.encode("utf-16-le") + number.to_bytes(8, "little"))
    return chain.digest()


@pytest.mark.parametrize("rounds_log", [0, 1, 7, 8, 9, 13, 14, 15, 17])
@pytest.mark.parametrize("salt", [b"", b"salt"])
def test_keys(rounds_log: int, salt: bytes) -> None:
    lock = Lock(rounds_log, salt, bytes(16))
    assert derive("pässword", lock) == by_definition("pässword", lock)


def test_a_key_that_is_the_password() -> None:
    assert derive("ab", Lock(AS_IT_IS, b"s", b"")) == b"sa\0b\0" + bytes(27)


def test_a_password_costs_some_milliseconds() -> None:
    started = time.process_time()
    derive("infected", Lock(19, b"", bytes(16)))
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize(
    "properties, lock",
    [
        (b"\x13", Lock(19, b"", bytes(16))),
        (b"\x53\x07" + b"12345678", Lock(19, b"", b"12345678" + bytes(8))),
        (b"\xd3\x1f" + b"ss" + bytes(range(16)), Lock(19, b"ss", bytes(range(16)))),
    ],
)
def test_locks(properties: bytes, lock: Lock) -> None:
    assert read_lock(properties) == lock


@pytest.mark.parametrize("properties", [b"", b"\x53", b"\x53\x07", b"\x53\x07" + bytes(99)])
def test_broken_locks(properties: bytes) -> None:
    with pytest.raises(ContentMalformed):
        read_lock(properties)


@pytest.mark.parametrize(
    "rounds_log, affordable",
    [(19, True), (DEAREST_LOG, True), (DEAREST_LOG + 1, False), (62, False), (AS_IT_IS, True)],
)
def test_affordable(rounds_log: int, affordable: bool) -> None:
    assert Lock(rounds_log, b"", b"").affordable == affordable


def test_a_key_is_derived_once_whatever_the_vector() -> None:
    keys = Keys()
    for vector in (bytes(16), b"1" * 16):
        keys.decrypt(Lock(3, b"", vector), "a", memoryview(bytes(32)), 32)
    assert [len(known) for known in keys.known.values()] == [1]


def test_a_key_for_every_folder_ends() -> None:
    keys = Keys()
    for number in range(MOST_DERIVED):
        keys.decrypt(Lock(0, bytes([number]), bytes(16)), "a", memoryview(b""), 0)
    with pytest.raises(ContentTooLarge):
        keys.decrypt(Lock(0, b"salt", bytes(16)), "a", memoryview(b""), 0)


def test_dear_keys_for_every_folder_end_sooner() -> None:
    """Four of these take what one password may."""
    keys = Keys()
    for number in range(MOST_ROUNDS >> DEAREST_LOG):
        keys.decrypt(Lock(DEAREST_LOG, bytes([number]), bytes(16)), "a", memoryview(b""), 0)
    with pytest.raises(ContentTooLarge):
        keys.decrypt(Lock(0, b"salt", bytes(16)), "a", memoryview(b""), 0)


def test_padding_is_cut() -> None:
    data = Keys().decrypt(Lock(0, b"", bytes(16)), "a", memoryview(bytes(40)), 20)
    assert len(data) == 20
