"""Extra fields: wide numbers in their order, second names, and no faith in lengths."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from scanners.zip.extra import WIDE, unicode_names, wide


def _field(kind: int, data: bytes) -> bytes:
    return struct.pack("<2H", kind, len(data)) + data


OTHER = _field(0x5455, b"\1time")
NUMBERS = _field(1, struct.pack("<2Q", 5, 6))
NAMES = _field(0x7075, b"\1\0\0\0\0a.exe") + _field(0x7075, b"\1\0\0\0\0\xc3\xbc")


def test_wide_numbers_stand_only_for_those_that_ask() -> None:
    assert wide(OTHER + NUMBERS, [WIDE, 3, WIDE, WIDE]) == [5, 3, 6, WIDE]
    assert wide(OTHER, [WIDE, 3]) == [WIDE, 3]


def test_unicode_names() -> None:
    assert unicode_names(OTHER + NAMES) == ("a.exe", "ü")
    assert unicode_names(NUMBERS + _field(0x7075, b"\1\0\0\0\0")) == ()


@given(st.binary(max_size=60))
def test_any_bytes(extra: bytes) -> None:
    assert len(wide(extra, [WIDE, WIDE])) == 2
    assert len(unicode_names(extra)) <= len(extra)
