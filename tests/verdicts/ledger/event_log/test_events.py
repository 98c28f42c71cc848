"""Events: numbered in order, bounded in size and number, read by kind and by rule set."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from verdicts.ledger.event_log import events
from verdicts.ledger.event_log.events import (
    add_events,
    events_about,
    events_after,
    events_before,
    forget_events,
    last_event,
    oldest_event,
)
from verdicts.ledger.event_log.new_events import as_data
from verdicts.ledger.questions import EventRow
from verdicts.ledger.store import Writer

ID = "0192f3a4-0000-7000-8000-000000000001"
RULESET = "0123456789abcdef"


def row(number: int, kind: str = "shadow", ruleset: str = RULESET) -> EventRow:
    return EventRow(number, kind, ruleset, ID if number % 2 else "", json.dumps({"n": number}))


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    writer = Writer(url)
    with writer.connection().begin():
        yield writer.connection()
    writer.close()


def test_kinds_and_numbers(connection: Connection) -> None:
    add_events(connection, [row(n, "shadow" if n % 3 else "ruleset") for n in range(1, 10)])
    assert [one.time for one in events_after(connection, 0, (), 100)] == list(range(1, 10))
    assert [one.time for one in events_after(connection, 4, (), 3)] == [5, 6, 7]
    assert [one.time for one in events_after(connection, 0, ("ruleset",), 2)] == [3, 6]
    assert events_after(connection, 9, (), 5) == ()
    assert last_event(connection) == 9


def test_of_a_rule_set_newest_first(connection: Connection) -> None:
    add_events(connection, [row(n, ruleset="ab"[n % 2]) for n in range(1, 8)])
    assert [one.time for one in events_before(connection, "b", "shadow", None, 3)] == [7, 5, 3]
    assert [one.time for one in events_before(connection, "b", "shadow", 3, 3)] == [1]
    assert events_before(connection, "b", "ruleset", None, 3) == ()


def test_which_transfers_were_told_of(connection: Connection) -> None:
    other = ID[:-1] + "2"
    rows = [row(1), row(1), row(2), row(3, "ruleset"), row(5, ruleset="another")]
    add_events(connection, [*rows, EventRow(7, "shadow", "another", other, "{}")])
    assert events_about(connection, RULESET, "shadow") == {ID}
    assert events_about(connection, "another", "shadow") == {ID, other}
    assert events_about(connection, RULESET, "retroactive") == set()


def test_no_events_at_all(connection: Connection) -> None:
    add_events(connection, [])
    assert last_event(connection) == 0


def numbers(connection: Connection) -> list[int]:
    return [one.time for one in events_after(connection, 0, (), 1000)]


def test_the_newest_are_kept(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "STEP_EVENTS", 4)
    assert not forget_events(connection, 10, 0)
    add_events(connection, [row(n) for n in range(1, 21)])
    assert oldest_event(connection) == 1
    assert forget_events(connection, 10, 0)
    assert numbers(connection) == list(range(5, 21))
    assert forget_events(connection, 10, 0)
    assert not forget_events(connection, 10, 0)
    assert numbers(connection) == list(range(11, 21))
    assert not forget_events(connection, 10, 0)
    assert oldest_event(connection) == 11


def test_the_young_are_kept(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "STEP_EVENTS", 4)
    add_events(connection, [row(n) for n in range(1, 10)])
    assert forget_events(connection, 1000, 7)
    assert not forget_events(connection, 1000, 7)
    assert not forget_events(connection, 1000, 7)
    assert numbers(connection) == [7, 8, 9]


def test_a_clock_that_jumped_takes_nothing_young(connection: Connection) -> None:
    add_events(connection, [row(n) for n in (50, 1, 60, 2, 3, 70)])
    forget_events(connection, 1000, 10)
    assert numbers(connection) == [50, 60, 70]
    forget_events(connection, 1, 55)  # by its number 60 goes too
    assert numbers(connection) == [70]


def test_a_number_is_never_used_again(connection: Connection) -> None:
    add_events(connection, [row(1), row(2), row(3)])
    forget_events(connection, 0, 9)
    assert (oldest_event(connection), last_event(connection)) == (3, 3)  # the newest always stays
    assert not forget_events(connection, 0, 9)
    add_events(connection, [row(4)])
    assert [one.id for one in events_after(connection, 0, (), 100)] == [3, 4]


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)


@given(st.dictionaries(st.text(), json_values))
def test_data_are_one_line(data: dict[str, object]) -> None:
    text = as_data(data)
    assert json.loads(text) == data
    assert not {"\n", "\r", "\0"} & set(text)
