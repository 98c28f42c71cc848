"""A cursor opens for its list and key, whole, and for nothing else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verdicts.ledger.reading.cursors import BadCursor, Cursors, Position

NUMBERS = st.integers(-(2**63), 2**63 - 1)
POSITIONS = st.builds(Position, NUMBERS, NUMBERS, st.just(b"") | st.just(b"\1" * 16))
CURSORS = Cursors(b"k" * 32)


@given(position=POSITIONS, about=st.text())
def test_opens_as_it_was(position: Position, about: str) -> None:
    assert CURSORS.open(CURSORS.seal(position, about), about) == position


def test_is_short_enough_for_a_link() -> None:
    assert len(CURSORS.seal(Position(1, 1, b"\1" * 16), "x" * 9000)) == 64


def test_is_of_one_list_and_one_key() -> None:
    cursor = CURSORS.seal(Position(1, 2, b""), "a")
    with pytest.raises(BadCursor):
        CURSORS.open(cursor, "b")
    with pytest.raises(BadCursor):
        Cursors(b"l" * 32).open(cursor, "a")


@given(bit=st.integers(0, 48 * 8 - 1))
def test_a_changed_bit_is_seen(bit: int) -> None:
    data = bytearray(base64.urlsafe_b64decode(CURSORS.seal(Position(1, 2, b"\3" * 16), "a")))
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BadCursor):
        CURSORS.open(base64.urlsafe_b64encode(data).decode(), "a")


@given(text=st.text())
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        CURSORS.open(text, "a")
