"""Terms: which index, and texts by their beginning; what they find is in test_queries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, literal, select

from verdicts.ledger.reading.filters import Filters, Sort, begins, terms, unindexed
from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT

# What the log stores: no NUL, no lone surrogates
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
ENDS = st.sampled_from(["", "\ud7ff", "\U0010ffff", "\uffff", "é", "%", "_", "*"])


@given(text=TEXT, end=ENDS, more=TEXT, other=TEXT)
def test_begins(text: str, end: str, more: str, other: str) -> None:
    beginning = text + end
    with create_engine("sqlite://").connect() as connection:
        for value in (beginning, beginning + more, other, text):
            query = select(begins(literal(value), beginning))
            assert connection.scalar(query) == value.startswith(beginning)


@pytest.mark.parametrize(
    "filters, found",
    [
        (Filters(since=1, until=2), []),
        (Filters(action="block"), [(VERDICT, True)]),
        (Filters(action="block", level="clean"), [(VERDICT, True)]),
        (Filters(enforced=False, user=""), [(VERDICT, True)] * 2),
        (Filters(code="hash.blocked", name="x"), [(DETECTION, True)] * 2),
        (Filters(reason="encrypted"), [(UNSCANNED, True)]),
        (Filters(url="https://a/"), [(VERDICT, True)]),
        (Filters(url="https://a/*"), [(VERDICT, False)]),
        (Filters(url=r"https://a/\*"), [(VERDICT, True)]),
        (Filters(file_name="x" * 200 + "*"), [(VERDICT, True)]),
        (Filters(file_name="x" * 199 + "*"), [(VERDICT, False)]),
        (Filters(file_name="*"), []),
    ],
)
def test_terms(filters: Filters, found: list[object]) -> None:
    assert [(term.table, term.ordered) for term in terms(filters)] == found


def test_what_no_planner_may_take_for_an_index() -> None:
    for name in ("action", "time", "enforced"):
        assert str(unindexed(VERDICT.c[name])) != str(VERDICT.c[name])


def test_sorts() -> None:
    assert [sort.descending for sort in Sort] == [True, False, True, False]
    assert Sort("-size").names == ("size", "time")
    assert Sort("time").names == ("time",)
