"""Extra fields: wide numbers in their order, second names, locks, and no faith in lengths."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.zip.extra import WIDE, Aes, Extra, disputed, read_extra, widened


def _field(kind: int, data: bytes) -> bytes:
    return struct.pack("<2H", kind, len(data)) + data


OTHER = _field(0x5455, b"\1time")
NUMBERS = _field(1, struct.pack("<2Q", 5, 6))
NAMES = _field(0x7075, b"\1\0\0\0\0a.exe") + _field(0x7075, b"\1\0\0\0\0\xc3\xbc")


def test_wide_numbers_stand_only_for_those_that_ask() -> None:
    assert widened([WIDE, 3, WIDE, WIDE], read_extra(OTHER + NUMBERS)) == [5, 3, 6, WIDE]
    assert widened([WIDE, 3], read_extra(OTHER)) == [WIDE, 3]


@pytest.mark.parametrize(
    "extra, values, expected",
    [
        (NUMBERS, [WIDE, WIDE, 0], False),
        (NUMBERS, [5, 6, 0], False),
        (NUMBERS, [5, 7, 0], True),
        (NUMBERS, [4, 6, 0], True),
        (NUMBERS, [4, 7, WIDE], False),
        (_field(1, bytes(16)), [5, 6, 0], False),
        (_field(1, struct.pack("<2Q", 5, 0)), [5, 6, 0], True),
        (NUMBERS + NUMBERS, [WIDE, WIDE, 0], True),
        (OTHER, [4, 7, 0], False),
        (_field(1, b"odd"), [4, 7, 0], False),
    ],
)
def test_disputed_numbers(extra: bytes, values: list[int], expected: bool) -> None:
    assert disputed(values, read_extra(extra)) == expected


def test_names() -> None:
    assert read_extra(OTHER + NAMES).names == ("a.exe", "ü")
    assert read_extra(NUMBERS + _field(0x7075, b"\1\0\0\0\0")).names == ()


def test_encryption() -> None:
    aes = _field(0x9901, struct.pack("<H2sBH", 2, b"AE", 3, 8))
    assert read_extra(OTHER + aes).aes == Aes(2, 3, 8)
    assert read_extra(aes[:-1]).aes is None
    assert read_extra(OTHER + _field(0x17, bytes(8))).strong
    assert not read_extra(OTHER).strong


def test_nothing() -> None:
    assert read_extra(b"") == Extra()


@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    extra = read_extra(data)
    assert len(widened([WIDE, WIDE], extra)) == 2
    assert len(extra.names) <= len(data)
