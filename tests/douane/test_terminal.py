"""Bars, lines of numbers and cells: as long as they are to be, and nothing moves a cursor."""

import io
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from douane import terminal


@pytest.mark.parametrize(
    "value, most, drawn",
    [(0, 0, ""), (0, 9, ""), (8, 8, "████"), (4, 8, "██"), (1, 8, "▌"), (3, 8, "█▌")],
)
def test_bars(value: int, most: int, drawn: str) -> None:
    assert terminal.bar(value, most, 4) == drawn


@pytest.mark.parametrize(
    "values, length, drawn",
    [
        ([], 10, ""),
        ([0, 0], 10, "▁▁"),
        ([0, 1, 70, 140], 10, "▁▂▅█"),
        ([1, 1, 1, 1, 8, 0], 3, "▃▃█"),
        ([5] * 100, 10, "█" * 10),
    ],
)
def test_lines_of_numbers(values: list[int], length: int, drawn: str) -> None:
    assert terminal.sparkline(values, length) == drawn


def test_a_terminal_that_draws_no_blocks() -> None:
    with redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="ascii")):
        assert terminal.bar(4, 8, 4) == "##"
        assert terminal.sparkline([0, 4], 4) == "_@"
        assert terminal.cell("too long", 4) == "too~"


@given(text=st.text(max_size=30), length=st.integers(1, 20))
def test_cells_are_as_long_as_they_are_to_be(text: str, length: int) -> None:
    cell = terminal.cell(text, length)
    assert sum(map(terminal.columns, cell)) == length
    assert cell.isprintable()


def test_cells() -> None:
    assert terminal.cell("\x1b[2Jx", 8) == "\\x1b[2Jx"
    assert terminal.cell("文書.txt", 6) == "文書.…"
    assert terminal.line(["a", 1, "long"], [3, 3, 2]) == "a    1    l…"


@pytest.mark.parametrize(
    "value, words",
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (2**60, "1048576.0 TiB")],
)
def test_sizes(value: int, words: str) -> None:
    assert terminal.size(value) == words
