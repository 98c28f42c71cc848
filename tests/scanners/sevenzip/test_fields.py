"""Fields of 7z headers: numbers, bits, and ends that come too soon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.sevenzip_archives import numbers
from scanners.errors import ContentMalformed
from scanners.sevenzip.fields import Fields


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_numbers_come_back(values: list[int]) -> None:
    fields = Fields(numbers(*values))
    assert [fields.number() for _ in values] == values
    assert fields.left == 0


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff" * 8, b"\xc0\0"])
def test_cut_numbers(data: bytes) -> None:
    with pytest.raises(ContentMalformed):
        Fields(data).number()


def test_a_count_is_no_larger_than_what_follows() -> None:
    assert Fields(b"\x02ab").count() == 2
    with pytest.raises(ContentMalformed):
        Fields(b"\x03ab").count()
    with pytest.raises(ContentMalformed):
        Fields(b"\x02abc").count(each=2)


def test_bits() -> None:
    assert Fields(b"\xa0\x80").bits(9) == [True, False, True, *[False] * 5, True]
    assert Fields(b"").bits(0) == []


def test_defined() -> None:
    assert Fields(b"\1").defined(3) == [True] * 3
    assert Fields(b"\0\x40").defined(3) == [False, True, False]


def test_digests() -> None:
    assert Fields(b"\0\x80\1\2\3\4").digests(2) == [0x04030201, None]
