"""The streams that a 7z header speaks of: chains of coders that fit together, and others."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.sevenzip_archives import numbers
from scanners.errors import ContentMalformed, TooManyMembers
from scanners.sevenzip.fields import Fields
from scanners.sevenzip.records import Part, Streams
from scanners.sevenzip.streams import MOST_FOLDERS, read_streams

PACKED = numbers(6, 7, 1, 9, 100, 0)
COPY = b"\x01\x00"
PAIR = numbers(2) + COPY + COPY
FOUR_TO_ONE = numbers(1) + b"\x11\x1b" + numbers(4, 1)


def folders(text: bytes, *sizes: int, checksum: int | None = None) -> bytes:
    end = b"\x0a\1" + struct.pack("<I", checksum) if checksum is not None else b""
    return numbers(7, 11, 1) + b"\0" + text + numbers(12, *sizes) + end + b"\0"


def parse(data: bytes) -> Streams:
    return read_streams(Fields(data), 32)


def test_one_coder() -> None:
    streams = parse(PACKED + folders(numbers(1) + COPY, 100, checksum=5) + b"\0")
    assert streams.packed == (((39, 100),),)
    assert streams.parts == ((Part(100, 5),),)
    assert streams.folders[0].packed == (0,)


def test_two_coders() -> None:
    streams = parse(PACKED + folders(PAIR + numbers(1, 0), 50, 100) + b"\0")
    folder = streams.folders[0]
    assert (folder.bonds, folder.packed, folder.size) == (((1, 0),), (0,), 100)


def test_several_streams() -> None:
    packed = numbers(6, 0, 4, 9, 1, 2, 3, 4, 10) + b"\1" + bytes(16) + b"\0"
    streams = parse(packed + folders(FOUR_TO_ONE + numbers(3, 2, 1, 0), 10) + b"\0")
    assert streams.packed == (((32, 1), (33, 2), (35, 3), (38, 4)),)
    assert streams.folders[0].packed == (3, 2, 1, 0)


def test_parts() -> None:
    parts = numbers(8, 13, 3, 9, 10, 20, 10) + b"\0\xa0" + bytes(8) + b"\0"
    streams = parse(PACKED + folders(numbers(1) + COPY, 100) + parts + b"\0")
    assert streams.parts == ((Part(10, 0), Part(20, None), Part(70, 0)),)


def test_streams_of_several_folders() -> None:
    packed = numbers(6, 0, 2, 9, 1, 2, 0)
    two = numbers(7, 11, 2) + b"\0" + (numbers(1) + COPY) * 2 + numbers(12, 1, 2, 0)
    assert parse(packed + two + b"\0").packed == (((32, 1),), ((33, 2),))


def test_more_folders_than_any_budget() -> None:
    many = numbers(7, 11, MOST_FOLDERS + 1) + bytes(MOST_FOLDERS + 2)
    with pytest.raises(TooManyMembers):
        parse(many)


def test_a_folder_of_nothing() -> None:
    streams = parse(PACKED + folders(numbers(1) + COPY, 100) + numbers(8, 13, 0, 0) + b"\0")
    assert streams.parts == ((),)


ONE = folders(numbers(1) + COPY, 100)
BROKEN = {
    "nothing": b"",
    "unknown part": numbers(99),
    "no packed streams": ONE + b"\0",
    "more packed streams": numbers(6, 7, 2, 9, 1, 1, 0) + ONE + b"\0",
    "unknown property of packed streams": numbers(6, 7, 1, 99),
    "folders elsewhere": PACKED + numbers(7, 11, 1) + b"\1",
    "no coders": PACKED + folders(numbers(0)) + b"\0",
    "33 coders": PACKED + folders(numbers(33) + COPY * 33, *[1] * 33) + b"\0",
    "coder of the future": PACKED + folders(numbers(1) + b"\x81\0", 1) + b"\0",
    "coder without outputs": PACKED + folders(numbers(1) + b"\x11\0" + numbers(1, 0)) + b"\0",
    "coder of many streams": PACKED + folders(numbers(1) + b"\x11\0" + numbers(99, 1), 1) + b"\0",
    "bond to itself twice": PACKED + folders(PAIR + numbers(7, 0), 1, 1) + b"\0",
    "bond to no output": PACKED + folders(PAIR + numbers(1, 7), 1, 1) + b"\0",
    "stream fed twice": numbers(6, 0, 4, 9, 1, 2, 3, 4, 0)
    + folders(FOUR_TO_ONE + numbers(0, 0, 1, 2), 1)
    + b"\0",
    "no sizes of folders": PACKED + numbers(7, 11, 1) + b"\0" + numbers(1) + COPY + numbers(0),
    "unknown property of folders": PACKED + ONE[:-1] + numbers(99),
    "files without sizes": PACKED + ONE + numbers(8, 13, 2, 0) + b"\0",
    "files larger than the folder": PACKED + ONE + numbers(8, 13, 2, 9, 101, 0) + b"\0",
    "endless files": PACKED + ONE + numbers(8, 13, 2**60) + b"\0",
    "unknown property of files": PACKED + ONE + numbers(8, 99),
    "endless folders": PACKED + numbers(7, 11, 2**40) + b"\0",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_broken(data: bytes) -> None:
    with pytest.raises(ContentMalformed):
        parse(data)


WHOLE = PACKED + folders(PAIR + numbers(1, 0), 50, 100, checksum=7) + numbers(8, 13, 2, 9, 1, 0, 0)


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_any_damage_is_told(at: int, byte: int) -> None:
    damaged = WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :]
    try:
        streams = parse(damaged)
    except ContentMalformed:
        return
    assert len(streams.parts) == len(streams.folders)
