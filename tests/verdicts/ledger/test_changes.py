"""Changes over the ledger's socket: keys, events, feedback; nonsense changes nothing."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from verdicts.ledger.changes import apply
from verdicts.ledger.entry import Entry
from verdicts.ledger.event_changes import ForgetEvents
from verdicts.ledger.events import events_after
from verdicts.ledger.feedback import feedback_on
from verdicts.ledger.questions import (
    AddEvents,
    EventRow,
    LedgerFailed,
    RevokeKey,
    StoreFeedback,
    ask_change,
)
from verdicts.ledger.sink_changes import OpenSink
from verdicts.ledger.store import Writer

WORM = "0192f3a4-0000-7000-8000-000000000001"
EVENT = EventRow(1, "shadow", "r1", WORM, "{}")
SAID = StoreFeedback(WORM, "soc", 5, "false_positive", "ours")


@pytest.fixture
def connection(url: str, make_entry: Callable[[int], Entry]) -> Iterator[Connection]:
    writer = Writer(url)
    writer.write([make_entry(1)])
    yield writer.connection()
    writer.close()


def test_each_kind_of_change(connection: Connection) -> None:
    assert apply(connection, AddEvents((EVENT,)))
    assert apply(connection, SAID)
    assert not apply(connection, RevokeKey("dk_nobody00", 1))
    assert apply(connection, OpenSink("siem"))
    assert not apply(connection, ForgetEvents(kept=1000, before=0))
    with connection.begin():
        kinds = [one.kind for one in events_after(connection, 0, (), 9)]
        assert kinds == ["verdict", "shadow", "feedback"]
        assert feedback_on(connection, WORM) != ()


def test_one_bad_event_and_none_is_stored(connection: Connection) -> None:
    with pytest.raises(ValueError, match="kind"):
        apply(connection, AddEvents((EVENT, EventRow(1, "gossip", "r1", "", "{}"))))
    with connection.begin():
        assert [one.kind for one in events_after(connection, 0, (), 9)] == ["verdict"]


@pytest.mark.usefixtures("ledger")
async def test_over_the_socket(place: Path) -> None:
    assert await asyncio.to_thread(ask_change, place, AddEvents((EVENT,)))
    assert not await asyncio.to_thread(ask_change, place, SAID)
    with pytest.raises(LedgerFailed):
        await asyncio.to_thread(ask_change, place, AddEvents((EventRow(1, "x", "", "", ""),)))
    assert await asyncio.to_thread(ask_change, place, AddEvents((EVENT,)))
