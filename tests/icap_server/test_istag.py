"""The ISTag: what it depends on, and the board that shows it to all fronts at once."""

import os
from collections.abc import Iterator
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.istag import SLOT, Board, compute_istag

ROUNDS = 60_000


@given(st.lists(st.text()))
def test_quoted_and_at_most_32_bytes(parts: list[str]) -> None:
    tag = compute_istag(*parts)
    assert tag[0] == tag[-1] == '"'
    assert 1 <= len(tag) - 2 <= 32
    assert tag[1:-1].isalnum()
    assert tag.isascii()


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1), st.data()
)
def test_depends_on_every_part(parts: list[str], data: st.DataObject) -> None:
    changed = list(parts)
    changed[data.draw(st.integers(0, len(parts) - 1))] += "x"
    assert compute_istag(*parts) == compute_istag(*parts)
    assert compute_istag(*parts) != compute_istag(*changed)


def test_depends_on_where_a_part_ends() -> None:
    assert compute_istag("ab", "c") != compute_istag("a", "bc")


@pytest.fixture
def page() -> Iterator[int]:
    descriptor = Board.create()
    yield descriptor
    os.close(descriptor)


def test_a_new_board_is_empty(page: int) -> None:
    assert (Board(page).istag(), Board(page).epoch()) == ("", "")


def test_every_reader_sees_what_was_written_last(page: int) -> None:
    writer, early = Board(page), Board(page)
    for epoch, istag in enumerate(('"a"', '"b"', '"c"', '"a"')):
        writer.write(istag, epoch)
        for board in (early, writer, Board(page)):
            assert (board.istag(), board.epoch()) == (istag, f"{istag} {epoch}")


def test_an_epoch_may_change_alone(page: int) -> None:
    writer, reader = Board(page), Board(page)
    writer.write('"a"', 1)
    before = reader.epoch()
    writer.write('"a"', 2)
    assert reader.istag() == '"a"'
    assert reader.epoch() != before


def test_a_reader_that_looks_seldom_misses_no_change(page: int) -> None:
    """Two writes bring the same slot back; the reader must notice all the same."""
    writer, reader = Board(page), Board(page)
    for pause in (1, 2, 3, 4, 255, 256, 257):
        for number in range(pause):
            writer.write(f'"{pause}-{number}"', 0)
        assert reader.istag() == f'"{pause}-{pause - 1}"'


@pytest.mark.parametrize("text", ["x" * (SLOT - 2), "x" * 1000])
def test_too_long(page: int, text: str) -> None:
    with pytest.raises(ValueError, match="too long"):
        Board(page).write(text, 1)
    assert Board(page).istag() == ""


def test_not_ascii(page: int) -> None:
    with pytest.raises(UnicodeEncodeError):
        Board(page).write("é", 0)


def test_reading_what_did_not_change_copies_nothing(page: int) -> None:
    board = Board(page)
    board.write('"a"', 0)
    assert board.istag() is board.istag()
    assert board.epoch() is board.epoch()


def read_many(descriptor: int, torn: int) -> None:
    board = Board(descriptor)
    last = 0
    while last < ROUNDS:
        text = board.istag()
        if text:
            number = int(text[:6])
            if text != f"{number:06}" * 10 or number < last:
                os.write(torn, text.encode())
                return
            last = number


def test_no_reader_sees_half_a_text(page: int) -> None:
    """Two processes read as fast as they can while this one writes."""
    told, torn = os.pipe()
    fork = get_context("fork")
    readers = [fork.Process(target=read_many, args=(page, torn)) for _ in range(2)]
    for reader in readers:
        reader.start()
    os.close(torn)
    board = Board(page)
    for number in range(1, ROUNDS + 1):
        board.write(f"{number:06}" * 10, 1)
    with os.fdopen(told, "rb") as pipe:
        assert pipe.read() == b"", "a torn text"
    for reader in readers:
        reader.join()
        assert reader.exitcode == 0
