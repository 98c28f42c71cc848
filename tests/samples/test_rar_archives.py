"""RAR archives by code: as RAR itself writes them, where that is known."""

import pytest

from samples.rar_archives import RarFile, rar4, rar5, vints


@pytest.mark.parametrize(
    "numbers, coded",
    [
        ((), b""),
        ((0,), b"\0"),
        ((127, 128), b"\x7f\x80\1"),
        ((2**64 - 1,), b"\xff" * 9 + b"\1"),
    ],
)
def test_vints(numbers: tuple[int, ...], coded: bytes) -> None:
    assert vints(*numbers) == coded


def test_empty_archives() -> None:
    """The main header of RAR 4 and the end of RAR 5 are the same in all archives without more."""
    assert rar4([]) == bytes.fromhex("526172211a0700cf907300000d00000000000000c43d7b00400700")
    assert rar5([]).startswith(b"Rar!\x1a\x07\x01\0")
    assert rar5([]).endswith(b"\x03\x05\x00\x00")


@pytest.mark.parametrize("make", [rar4, rar5])
def test_stored_members_can_be_seen_and_encrypted_ones_not(make: object) -> None:
    build = rar4 if make is rar4 else rar5
    assert b"secret" in build([RarFile("a", b"secret")])
    assert b"secret" not in build([RarFile("a", b"secret", "key")])
    assert b"name.txt" not in build([RarFile("name.txt", b"secret")], opened_by="key")
