"""Changes over the ledger's socket: keys, events, feedback; nonsense changes nothing."""

import asyncio
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from verdicts.ledger import changes
from verdicts.ledger.access.audit import AuditFilters, audit_page, verify
from verdicts.ledger.access.audit_changes import AddAudit, audit_row
from verdicts.ledger.access.audit_trail import AuditTrail
from verdicts.ledger.entry import Entry
from verdicts.ledger.event_log.event_changes import ForgetEvents
from verdicts.ledger.event_log.events import events_after
from verdicts.ledger.event_log.sink_changes import OpenSink
from verdicts.ledger.feedback import feedback_on
from verdicts.ledger.questions import (
    AddEvents,
    Audited,
    Change,
    EventRow,
    LedgerFailed,
    RevokeKey,
    StoreFeedback,
    ask_change,
)
from verdicts.ledger.store import Writer

WORM = "0192f3a4-0000-7000-8000-000000000001"
EVENT = EventRow(1, "shadow", "r1", WORM, "{}")
SAID = StoreFeedback(WORM, "dk_soc00000", "soc", 5, "false_positive", "ours")
ROW = audit_row(5, "soc", "feedback.given", WORM)
Apply = Callable[[Change | AddAudit | Audited], bool]


@pytest.fixture
def connection(url: str, make_entry: Callable[[int], Entry]) -> Iterator[Connection]:
    writer = Writer(url)
    writer.write([make_entry(1)])
    yield writer.connection()
    writer.close()


@pytest.fixture
def apply(connection: Connection, tmp_path: Path) -> Apply:
    trail = AuditTrail(tmp_path)
    return lambda change: changes.apply(connection, change, trail)


def test_each_kind_of_change(connection: Connection, apply: Apply) -> None:
    assert apply(AddEvents((EVENT,)))
    assert apply(SAID)
    assert not apply(RevokeKey("dk_nobody00", 1))
    assert apply(OpenSink("siem"))
    assert not apply(ForgetEvents(kept=1000, before=0))
    with connection.begin():
        kinds = [one.kind for one in events_after(connection, 0, (), 9)]
        assert kinds == ["verdict", "shadow", "feedback"]
        assert feedback_on(connection, WORM) != ()


def test_one_bad_event_and_none_is_stored(connection: Connection, apply: Apply) -> None:
    with pytest.raises(ValueError, match="kind"):
        apply(AddEvents((EVENT, EventRow(1, "gossip", "r1", "", "{}"))))
    with connection.begin():
        assert [one.kind for one in events_after(connection, 0, (), 9)] == ["verdict"]


def test_a_change_and_its_audit_are_one(
    connection: Connection, apply: Apply, tmp_path: Path
) -> None:
    assert apply(Audited(SAID, ROW))
    assert not apply(Audited(RevokeKey("dk_nobody00", 1), ROW))
    bad = dataclasses.replace(ROW, action="")
    with pytest.raises(ValueError, match="no action"):
        apply(Audited(dataclasses.replace(SAID, author="other"), bad))
    assert apply(AddAudit(ROW))
    trail = AuditTrail(tmp_path)
    with connection.begin():
        assert [said.author for said in feedback_on(connection, WORM) or ()] == ["soc"]
        assert [one.id for one in audit_page(connection, AuditFilters(), 9)] == [2, 1]
        assert verify(connection, trail, trail.head()).problems == ()


@pytest.mark.usefixtures("ledger")
async def test_over_the_socket(place: Path) -> None:
    assert await asyncio.to_thread(ask_change, place, AddEvents((EVENT,)))
    assert await asyncio.to_thread(ask_change, place, AddAudit(ROW))
    assert not await asyncio.to_thread(ask_change, place, Audited(SAID, ROW))
    assert not await asyncio.to_thread(ask_change, place, SAID)
    with pytest.raises(LedgerFailed):
        await asyncio.to_thread(ask_change, place, AddEvents((EventRow(1, "x", "", "", ""),)))
    assert await asyncio.to_thread(ask_change, place, AddEvents((EVENT,)))
