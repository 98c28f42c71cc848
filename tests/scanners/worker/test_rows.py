"""Rows of a report: what fits is kept, what is not as agreed is refused."""

from collections.abc import Callable

import pytest

from scanners.model import Family
from scanners.worker import rows
from scanners.worker.messages import MalformedReport


def test_rows_fit_in_number_and_in_bytes() -> None:
    items: list[list[object]] = [["abc"]] * 9  # 7 bytes each, and a comma
    assert rows.fitting(items, 2, 1000) == (['["abc"]'] * 2, 2)
    assert rows.fitting(items, 100, 16) == (['["abc"]'] * 2, 2)
    assert rows.fitting(items, 100, 15) == (['["abc"]'], 1)
    assert rows.fitting(items, 100, 1000) == (['["abc"]'] * 9, 9)


def test_long_texts_lose_their_end_or_their_middle() -> None:
    assert rows.clip("12345", 5) == rows.clip_middle("12345", 5) == "12345"
    assert rows.clip("123456", 5) == "1234…"
    assert rows.clip_middle("123456", 5) == "12…56"


@pytest.mark.parametrize(
    "read, good, bad",
    [
        (lambda value: rows.read_list(value, 2), [1, 2], [[1, 2, 3], (1, 2), "12", None]),
        (lambda value: rows.read_parts(value, 2), [1, 2], [[1], [1, 2, 3]]),
        (rows.read_number, 2**53, [2**53 + 1, -1, True, 1.0, "1"]),
        (rows.read_flag, True, [1, None, "true"]),
        (lambda value: rows.read_text(value, 3), "abc", ["abcd", b"abc", None]),
        (lambda value: rows.read_member(Family, value), "image", ["weapon", None, ["image"]]),
    ],
)
def test_only_what_was_agreed_is_read(
    read: Callable[[object], object], good: object, bad: list[object]
) -> None:
    assert read(good) == good
    for value in bad:
        with pytest.raises(MalformedReport):
            read(value)


def test_lone_surrogates_can_be_stored() -> None:
    assert rows.read_text("a\ud800", 9) == "a\ufffd"
