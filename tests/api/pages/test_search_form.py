"""The form has every filter of the API, and says what is wrong with which field."""

from dataclasses import fields

import pytest

from api.pages.search_form import FIRST, read_search
from verdicts.ledger.reading.queries import Filters, Sort


def test_every_filter_of_the_api_is_a_field() -> None:
    shown = [one.name for one in read_search([]).fields()]
    assert sorted(shown) == sorted([*(field.name for field in fields(Filters)), "sort"])
    assert tuple(shown[: len(FIRST)]) == FIRST


def test_kinds_of_fields() -> None:
    kinds = {one.name: (one.kind, one.choices[:2]) for one in read_search([]).fields()}
    assert kinds["since"] == ("moment", ())
    assert kinds["action"] == ("choice", ("allow", "block"))
    assert kinds["enforced"] == ("choice", ("true", "false"))
    assert kinds["sort"][0] == "choice"
    assert kinds["user"] == ("text", ())


def test_what_is_left_open_is_not_asked_for() -> None:
    asked = read_search(
        [("user", ""), ("action", "block"), ("since", ""), ("name", " x "), ("sort", "-time")]
    )
    assert asked.given == {"action": "block", "name": "x"}
    assert asked.address() == "/verdicts?action=block&name=x"
    assert asked.query
    assert asked.query.to_filters() == Filters(action="block", name="x")
    assert asked.query.sort is Sort.NEWEST


def test_times_of_a_form_are_utc() -> None:
    asked = read_search([("since", "2026-01-31T12:00"), ("until", "2026-01-31T13:00:01")])
    assert asked.address() == "/verdicts?since=2026-01-31T12%3A00Z&until=2026-01-31T13%3A00%3A01Z"
    values = {one.name: one.value for one in asked.fields()}
    assert (values["since"], values["until"]) == ("2026-01-31T12:00", "2026-01-31T13:00:01")


def test_addresses_of_pages() -> None:
    asked = read_search([("action", "block"), ("cursor", "abc")])
    assert asked.address() == "/verdicts?action=block"
    assert asked.address("d&e") == "/verdicts?action=block&cursor=d%26e"


@pytest.mark.parametrize(
    "name, value",
    [
        ("action", "explode"),
        ("since", "yesterday"),
        ("sha256", "<b>"),
        ("user", "x" * 300),
        ("colour", "red"),
        ("cursor", "x" * 100),
    ],
)
def test_faults_name_the_field(name: str, value: str) -> None:
    asked = read_search([(name, value)])
    assert asked.query is None
    assert list(asked.faults) == [name]
    assert asked.given == {name: value}
