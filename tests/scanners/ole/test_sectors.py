"""Chains of sectors: in pieces or in circles, never more bytes than are asked for."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.compound_tree import compound
from scanners.ole.sectors import NO_SECTOR, Sectors, allocation_table, numbers

END = 0xFFFFFFFE
VIEW = memoryview(b"aaaabbbbccccdddd")


def sectors(*table: int) -> Sectors:
    return Sectors(VIEW, 4, 0, array("I", table))


CASES = {
    "one after another": ((1, 2, 3, END), 0, 16, b"aaaabbbbccccdddd"),
    "up to a size": ((1, 2, 3, END), 0, 6, b"aaaabb"),
    "out of order": ((2, END, 3, 1), 0, 16, b"aaaaccccddddbbbb"),
    "breaks off": ((1, END, END, END), 0, 16, b"aaaabbbb"),
    "a circle ends at the size": ((1, 0, END, END), 0, 14, b"aaaabbbbaaaabb"),
    "beyond the table": ((1,), 0, 16, b"aaaabbbb"),
    "beyond the view": ((9, END), 0, 16, b"aaaa"),
    "a mark is no start": ((1, END), NO_SECTOR, 16, b""),
    "nothing wanted": ((1, END), 0, 0, b""),
}


@pytest.mark.parametrize("table, start, size, expected", CASES.values(), ids=CASES)
def test_chain(table: tuple[int, ...], start: int, size: int, expected: bytes) -> None:
    assert bytes(sectors(*table).chain(start, size)) == expected


def test_what_lies_in_one_piece_is_not_copied() -> None:
    assert sectors(1, 2, 3, END).chain(1, 8).obj is VIEW.obj


@given(st.lists(st.integers(0, 6), max_size=6), st.integers(0, 8), st.integers(0, 64))
def test_never_more_than_asked_for(table: list[int], start: int, size: int) -> None:
    assert len(sectors(*table).chain(start, size)) <= size


def test_table_is_as_long_as_the_file_however_long_its_list() -> None:
    data = bytearray(compound({"a": bytes(9000)}))
    data[76:512] = data[76:80] * 109
    table = allocation_table(memoryview(bytes(data)), 512)
    assert len(data) // 512 <= len(table) <= len(data) // 512 + 128


def test_a_lost_part_of_the_table_leaves_the_others_in_place() -> None:
    data = compound({"a": bytes(100_000)})
    table = allocation_table(memoryview(data), 512)
    lost = data[:76] + b"\xf0\xff\xff\0" + data[80:]
    assert allocation_table(memoryview(lost), 512)[128:] == table[128:]


def test_numbers_leaves_out_what_is_no_whole_one() -> None:
    assert list(numbers(memoryview(b"\1\0\0\0\2\0\0\0\3"))) == [1, 2]
