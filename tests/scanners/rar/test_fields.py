"""Fields of RAR headers: numbers of seven bits a byte, and ends that come too soon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.rar_archives import vints
from scanners.errors import ContentMalformed
from scanners.rar.fields import Fields


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_numbers_come_back(numbers: list[int]) -> None:
    fields = Fields(vints(*numbers))
    assert [fields.vint() for _ in numbers] == numbers
    assert fields.left == 0


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x80" * 11, b"\xff" * 10])
def test_broken_numbers(data: bytes) -> None:
    with pytest.raises(ContentMalformed):
        Fields(data).vint()


@pytest.mark.parametrize("count", [5, -1, 2**70])
def test_more_than_there_is(count: int) -> None:
    with pytest.raises(ContentMalformed):
        Fields(b"four").take(count)


def test_one_after_the_other() -> None:
    fields = Fields(b"\1\2\3\4\5", at=1)
    assert (fields.number(2), fields.at, fields.rest(), fields.rest()) == (0x302, 3, b"\4\5", b"")
