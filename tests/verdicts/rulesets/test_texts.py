"""Texts of people can be shown, whatever is in them."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verdicts.rulesets.texts import legible, make_legible


@pytest.mark.parametrize(
    "text, shown",
    [
        ("false positive, büro 5 😀", "false positive, büro 5 😀"),
        ("caf\udce9", "caf\ufffd"),
        ("\x1b[2Jgone\x00\x7f\x9b", "\ufffd[2Jgone\ufffd\ufffd\ufffd"),
        ("a\nb\tc\u2028d\xa0e\r", "a b c d e "),
        ("\u202egpj.exe\u2066\ufeff", "\ufffdgpj.exe\ufffd\ufffd"),
        ("می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"),
        ("", ""),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert legible(text) == shown


@given(st.text(st.characters()))
def test_it_always_is_one_line_of_unicode_of_the_same_length(text: str) -> None:
    shown = legible(text)
    assert shown.encode().decode() == shown
    assert len(shown.splitlines()) <= 1
    assert len(shown) == len(text)
    assert legible(shown) == shown


def test_a_record_is_made_legible() -> None:
    @dataclass(frozen=True, slots=True)
    class Record:
        a: str
        b: str

        def __post_init__(self) -> None:
            make_legible(self, "a")

    assert Record("\n", "\n") == Record(" ", "\n")
