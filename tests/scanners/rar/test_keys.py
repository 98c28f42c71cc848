"""Keys of RAR: what a password opens, what it costs, and a header that RAR itself encrypted."""

import hashlib
import time
from zlib import crc32

import pytest

from samples import rar_archives
from scanners.errors import ContentMalformed, ContentTooLarge
from scanners.rar.keys import (
    DEAREST_LOG,
    MOST_DERIVED,
    MOST_ROUNDS,
    Derived,
    Keys4,
    Keys5,
    trusted_check,
)

SALT = bytes(range(16))
HEADER_4 = bytes.fromhex(
    "98d53ab99bc0847ad601be542470037a732129294097a21735729ac5f03dc7402e610ab9f6315b8582a4effcb33e"
    "24e59290e28126d5f6c26441ee2efb8a838f422e22aa505d4c5c"
)
"""Salt and encrypted header as RAR 3.93 wrote them with the password "password"."""


def keys5(check: bytes = b"", *, tweaked: bool = True, rounds_log: int = 6) -> Keys5:
    return Keys5(Derived(), SALT, rounds_log, bytes(16), check, tweaked)


def test_password_of_rar_4() -> None:
    keys = Keys4(Derived(), HEADER_4[:8])
    header = keys.decrypt("password", memoryview(HEADER_4)[8:])
    size = int.from_bytes(header[5:7], "little")
    assert header[2] == 0x7A  # a service: the comment
    assert crc32(header[2:size]) & 0xFFFF == int.from_bytes(header[:2], "little")


def test_a_password_of_rar_4_costs_a_few_milliseconds() -> None:
    """Called a quarter of a million times, SHA-1 takes ten times as long."""
    started = time.process_time()
    Keys4(Derived(), b"saltsalt").decrypt("infected", memoryview(bytes(16)))
    assert time.process_time() - started < 0.05


def test_nothing_says_whether_a_password_of_rar_4_is_right() -> None:
    assert Keys4(Derived(), b"saltsalt").opens("x") is None
    assert not Keys4(Derived(), b"saltsalt", known=False).affordable


def test_check_value() -> None:
    stated = rar_archives._lock5("infected", check=True)[-12:]
    keys = keys5(trusted_check(stated))
    assert (keys.opens("infected"), keys.opens("Infected")) == (True, False)
    assert keys5().opens("infected") is None


@pytest.mark.parametrize("stated", [b"", bytes(12), b"12345678" + bytes(4), b"short"])
def test_a_check_value_is_believed_if_its_own_checksum_holds(stated: bytes) -> None:
    assert trusted_check(stated) == b""


def test_checksums_are_keyed() -> None:
    keys = keys5()
    assert keys.checksum("infected", 1234) == rar_archives._tweak("infected", 1234) != 1234
    assert keys.digest("infected", b"digest") != b"digest"
    plain = keys5(tweaked=False)
    assert (plain.checksum("x", 1234), plain.digest("x", b"digest")) == (1234, b"digest")


def test_too_many_rounds() -> None:
    assert keys5(rounds_log=DEAREST_LOG).affordable
    assert not keys5(rounds_log=DEAREST_LOG + 1).affordable


def test_each_key_is_derived_once() -> None:
    derived = Derived()
    first = Keys5(derived, SALT, 6, bytes(16), b"", tweaked=True)
    first.decrypt("a", memoryview(bytes(16)))
    first.with_vector(b"1" * 16).decrypt("a", memoryview(bytes(16)))
    assert [len(known) for known in derived.known.values()] == [1]


def test_a_key_for_every_member_ends() -> None:
    derived = Derived()

    def derive(number: int) -> None:
        salt = hashlib.sha256(bytes([number])).digest()[:16]
        Keys5(derived, salt, 1, bytes(16), b"", tweaked=True).decrypt("a", memoryview(b""))

    for number in range(MOST_DERIVED):
        derive(number)
    with pytest.raises(ContentTooLarge):
        derive(MOST_DERIVED)


def test_dear_keys_for_every_member_end_sooner() -> None:
    """Four of these take what one password may."""
    derived = Derived()

    def derive(number: int) -> None:
        salt = hashlib.sha256(bytes([number])).digest()[:16]
        Keys5(derived, salt, DEAREST_LOG, bytes(16), b"", tweaked=True).decrypt(
            "a", memoryview(b"")
        )

    for number in range(MOST_ROUNDS >> DEAREST_LOG):
        derive(number)
    with pytest.raises(ContentTooLarge):
        derive(MOST_DERIVED)


def test_a_cut_vector() -> None:
    with pytest.raises(ContentMalformed):
        keys5().with_vector(b"short")
