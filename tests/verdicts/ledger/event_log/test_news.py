"""What is new: events of some kinds, and names that were never detected before."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from tests.verdicts.ledger.conftest import START, MakeEntry
from verdicts.ledger.event_log.events import add_events
from verdicts.ledger.event_log.news import NewName, latest_events, new_names
from verdicts.ledger.questions import EventRow
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

FIRST = microseconds(START)
MILLISECOND = 1000


@pytest.fixture
def connection(url: str, make_entry: MakeEntry) -> Iterator[Connection]:
    """Worm_X from the first millisecond on, rtl from the second."""
    writer = Writer(url)
    writer.write([make_entry(number) for number in range(10)])
    with writer.connection().begin():
        yield writer.connection()
    writer.close()


def test_names_that_are_new(connection: Connection) -> None:
    until = FIRST + 10 * MILLISECOND
    everything = new_names(connection, FIRST, until, 10)
    assert [one.name for one in everything] == ["rtl", "Worm_X"]
    assert everything[0] == NewName("rtl", FIRST + 2 * MILLISECOND, 4)
    later = new_names(connection, FIRST + 2 * MILLISECOND, until, 10)
    assert [one.name for one in later] == ["rtl"]
    assert new_names(connection, FIRST + 3 * MILLISECOND, until, 10) == ()
    assert len(new_names(connection, FIRST, until, 1)) == 1


def test_nothing_happened(connection: Connection) -> None:
    assert new_names(connection, 0, 10, 10) == ()
    assert latest_events(connection, ("alarm",), 0, 10) == ()


def test_events_newest_first(connection: Connection) -> None:
    kinds = ("alarm", "ruleset", "shadow", "alarm", "feedback")
    add_events(connection, [EventRow(time, kind, "", "", "{}") for time, kind in enumerate(kinds)])
    found = latest_events(connection, ("alarm", "ruleset"), 0, 10)
    assert [(event.time, event.kind) for event in found] == [
        (3, "alarm"),
        (1, "ruleset"),
        (0, "alarm"),
    ]
    assert [event.time for event in latest_events(connection, ("alarm", "ruleset"), 1, 10)] == [
        3,
        1,
    ]
    assert [event.time for event in latest_events(connection, ("alarm", "ruleset"), 0, 1)] == [3]
