"""Repeats of expressions: counted as libyara multiplies them; contents made for them are short."""

import re

import pytest

from scanners.rules.repeats import fillers, repeats


@pytest.mark.parametrize(
    "expression, counts, nested, endless",
    [
        ("abc", 0, False, 0),
        ("ab?c{7}", 1, False, 0),
        ("a{1,9}", 9, False, 0),
        ("a{,9}?b{2,}", 10, False, 0),
        ("(a{1,9}b){3}", 27, False, 0),
        ("([0-9]{1,3}[.]){3}[0-9]{1,3}", 12, False, 0),
        ("(a{1,9}b){1,20}", 200, True, 0),
        ("((a+b)|c)*", 2, True, 0),
        ("(a+b)?c", 2, False, 0),
        (".*a.+[.*]+", 3, False, 2),
        (r"\(a+\)+\x2b\.*", 3, False, 0),
        (r"[]a(]{2,9}", 9, False, 0),
        (r"[\](]{2,9}", 9, False, 0),
    ],
)
def test_what_repeats(expression: str, counts: int, nested: bool, endless: int) -> None:
    found = repeats(expression)
    assert (found.counts, found.nested, found.endless) == (counts, nested, endless)


@pytest.mark.parametrize(
    "expression", [r"need[a-l]{1,9}\x20(th|r)+\d\.e", r"\w+[^a-z]x", ".{30,}b?", r"a\tb\\c"]
)
def test_contents_are_nearly_what_is_looked_for(expression: str) -> None:
    made = [one for one in fillers(expression) if one]
    assert made
    assert all(len(one) <= 20_000 for one in made)


def test_one_content_begins_over_and_over_and_one_matches() -> None:
    lead, short, sample, *rest = fillers(r"path=[ -~]{1,90}\.exe")
    assert lead == b"path="
    assert re.fullmatch(rb"path=[ -~]{1,90}\.exe", sample)
    assert short == sample[:-1]
    assert b"path=" + b" " * 400 in rest


@pytest.mark.parametrize("broken", ["(", "a{", ")", "(((", "[a", "\\"])
def test_what_no_engine_takes_is_read_without_an_error(broken: str) -> None:
    assert repeats(broken).counts == 0
    assert list(fillers(broken))
