"""Events: numbered in order, bounded in size and number, read by kind and by rule set."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from verdicts.ledger import events
from verdicts.ledger.entry import YEAR_10000
from verdicts.ledger.events import (
    DATA_BYTES,
    NewEvent,
    add_events,
    as_data,
    ask_add_events,
    events_after,
    events_before,
    last_event,
)
from verdicts.ledger.queries import Reader
from verdicts.ledger.questions import EventRow, LedgerAway
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


@pytest.mark.usefixtures("ledger")
async def test_what_is_sent_is_read(place: Path, url: str) -> None:
    sent = [
        NewEvent(1, "ruleset", RULESET, "", {"what": "activated"}),
        NewEvent(2, "shadow", RULESET, ID, {"name": "\u202egpj\n\x00\udcff", "rate": 0.5}),
    ]
    await asyncio.to_thread(ask_add_events, place, sent)
    reader = Reader(url)
    with reader.connect() as connection:
        first, second = events_after(connection, 0, (), 10)
        assert last_event(connection) == second.id
    reader.close()
    assert (first.id, first.time, first.kind, first.ruleset, first.verdict) == (
        1, 1, "ruleset", RULESET, "",
    )  # fmt: skip
    assert json.loads(first.data) == {"what": "activated"}
    assert (second.id, second.verdict) == (2, ID)
    assert json.loads(second.data) == {"name": "\u202egpj\n\x00?", "rate": 0.5}


@pytest.mark.usefixtures("ledger")
async def test_a_thousand_of_the_largest_events(place: Path, url: str) -> None:
    """JSON within JSON doubles every quotation mark: no frame may become too large."""
    data: dict[str, object] = {"x": '"' * (DATA_BYTES // 2 - 20)}
    sent = [NewEvent(n, "shadow", RULESET, "", data) for n in range(100)]
    sent += [NewEvent(n, "shadow", RULESET, "", {}) for n in range(100, 1000)]
    await asyncio.to_thread(ask_add_events, place, sent)
    reader = Reader(url)
    with reader.connect() as connection:
        stored = events_after(connection, 0, (), 2000)
    reader.close()
    assert [one.time for one in stored] == list(range(1000))
    assert json.loads(stored[99].data) == data


@pytest.mark.parametrize(
    "event, words",
    [
        (NewEvent(1, "gossip", RULESET, "", {}), "kind"),
        (NewEvent(1, "shadow", "x" * 65, "", {}), "rule set"),
        (NewEvent(1, "shadow", "a\0b", "", {}), "rule set"),
        (NewEvent(1, "shadow", "\udcff", "", {}), "rule set"),
        (NewEvent(-1, "shadow", RULESET, "", {}), "time"),
        (NewEvent(YEAR_10000, "shadow", RULESET, "", {}), "time"),
        (NewEvent(1, "shadow", RULESET, "x", {}), "hexa"),
        (NewEvent(1, "shadow", RULESET, ID[:-2], {}), "transfer id"),
        (NewEvent(1, "shadow", RULESET, "", {"x": "y" * DATA_BYTES}), "bytes"),
        (NewEvent(1, "shadow", RULESET, "", {"x": float("nan")}), "JSON"),
    ],
)
def test_what_is_no_event_is_not_even_sent(place: Path, event: NewEvent, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ask_add_events(place, [event])


def test_too_many_at_once(place: Path) -> None:
    with pytest.raises(ValueError, match="at most 1000"):
        ask_add_events(place, [NewEvent(1, "shadow", "", "", {})] * 1001)


def test_no_ledger(place: Path) -> None:
    ask_add_events(place, [])
    with pytest.raises(LedgerAway):
        ask_add_events(place, [NewEvent(1, "shadow", "", "", {})])


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


def test_no_events_at_all(connection: Connection) -> None:
    add_events(connection, [])
    assert last_event(connection) == 0


def test_the_newest_are_kept(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "KEPT_EVENTS", 10)
    monkeypatch.setattr(events, "STEP_EVENTS", 4)
    add_events(connection, [row(n) for n in range(1, 21)])
    left = [[one.time for one in events_after(connection, 0, (), 100)]]
    for number in (21, 22):
        add_events(connection, [row(number)])
        left.append([one.time for one in events_after(connection, 0, (), 100)])
    assert left == [list(range(5, 21)), list(range(9, 22)), list(range(13, 23))]
    add_events(connection, [row(23)])
    assert [one.time for one in events_after(connection, 0, (), 100)] == list(range(14, 24))


def test_a_number_is_never_used_again(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "KEPT_EVENTS", 0)
    add_events(connection, [row(1)])
    assert last_event(connection) == 0
    add_events(connection, [row(2), row(3)])
    monkeypatch.setattr(events, "KEPT_EVENTS", 10)
    add_events(connection, [row(4)])
    assert [one.id for one in events_after(connection, 0, (), 100)] == [4]


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)


@given(st.dictionaries(st.text(), json_values))
def test_data_are_one_line(data: dict[str, object]) -> None:
    text = as_data(data)
    assert json.loads(text) == data
    assert not {"\n", "\r", "\0"} & set(text)
