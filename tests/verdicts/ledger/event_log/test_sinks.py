"""How far sinks are, and what waits in their outbox."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from verdicts.ledger.event_log.events import add_events
from verdicts.ledger.event_log.sink_changes import WORDS, DisableSink, Later, MoveSink, OpenSink
from verdicts.ledger.event_log.sinks import SinkState, apply_to_sinks, due, next_due, sinks
from verdicts.ledger.questions import EventRow
from verdicts.ledger.store import Writer


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    writer = Writer(url)
    with writer.connection().begin():
        yield writer.connection()
    writer.close()


def test_begins_behind_the_newest_event(connection: Connection) -> None:
    assert apply_to_sinks(connection, OpenSink("early"))
    add_events(connection, [EventRow(1, "alarm", "", "", "{}")] * 3)
    assert apply_to_sinks(connection, OpenSink("late"))
    assert not apply_to_sinks(connection, OpenSink("early"))
    assert sinks(connection) == {
        "early": SinkState("early", 0, None, "", 0),
        "late": SinkState("late", 3, None, "", 0),
    }


def test_moves_and_says_why_not(connection: Connection) -> None:
    apply_to_sinks(connection, OpenSink("a"))
    apply_to_sinks(connection, OpenSink("b"))
    assert apply_to_sinks(connection, MoveSink("a", 7, "x" * 999))
    assert sinks(connection)["a"] == SinkState("a", 7, None, "x" * WORDS, 0)
    assert sinks(connection)["b"].position == 0
    assert not apply_to_sinks(connection, MoveSink("unknown", 7, ""))


def test_disabled_and_enabled(connection: Connection) -> None:
    apply_to_sinks(connection, OpenSink("a"))
    assert apply_to_sinks(connection, DisableSink("a", 5, "410"))
    assert sinks(connection)["a"] == SinkState("a", 0, 5, "410", 0)
    assert apply_to_sinks(connection, DisableSink("a", None, ""))
    assert sinks(connection)["a"].disabled is None
    assert not apply_to_sinks(connection, DisableSink("unknown", 5, ""))


def test_outbox(connection: Connection) -> None:
    apply_to_sinks(connection, OpenSink("a"))
    apply_to_sinks(connection, OpenSink("b"))
    first, second = Later(1, 100, 1, "503"), Later(2, 50, 1, "503")
    apply_to_sinks(connection, MoveSink("a", 2, "503", later=(first, second), now=10))
    apply_to_sinks(connection, MoveSink("b", 2, "503", later=(first,), now=10))
    assert due(connection, "a", 49, 9) == ()
    assert due(connection, "a", 50, 9) == (second,)
    assert due(connection, "a", 100, 9) == (first, second)
    assert due(connection, "a", 100, 1) == (first,)
    assert next_due(connection, "a", 10) == 50
    again = Later(1, 900, 2, "timeout")
    apply_to_sinks(connection, MoveSink("a", 2, "", settled=(2,), later=(again,), now=20))
    assert due(connection, "a", 9999, 9) == (again,)
    apply_to_sinks(connection, MoveSink("a", 2, "", now=30, hurry=True))
    assert due(connection, "a", 30, 9) == (Later(1, 30, 2, "timeout"),)
    assert next_due(connection, "b", 30) == 100  # nobody else is hurried
    apply_to_sinks(connection, MoveSink("a", 2, "", settled=(1,)))
    assert next_due(connection, "a", 30) is None
    assert sinks(connection)["b"].waiting == 1


def test_a_clock_that_is_set_back_holds_nothing_up(connection: Connection) -> None:
    """What was to be sent again in a year that never came goes at once; a day is waited for."""
    apply_to_sinks(connection, OpenSink("a"))
    day, year = 24 * 3600 * 1_000_000, 365 * 24 * 3600 * 1_000_000
    late, soon = Later(1, year, 1, "503"), Later(2, day, 9, "503")
    apply_to_sinks(connection, MoveSink("a", 2, "503", later=(late, soon), now=10))
    assert due(connection, "a", 10, 9) == (late,)
    assert next_due(connection, "a", 10) == 10
    apply_to_sinks(connection, MoveSink("a", 2, "503", settled=(1,), now=10))
    assert (due(connection, "a", 10, 9), next_due(connection, "a", 10)) == ((), day)
