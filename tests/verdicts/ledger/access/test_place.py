"""A change from outside: with the ledger and without it, audited either way."""

import asyncio
from pathlib import Path

import pytest

from verdicts.ledger.access.audit import AuditFilters, audit_page, verify
from verdicts.ledger.access.audit_changes import AddAudit, audit_row
from verdicts.ledger.access.audit_trail import AuditTrail
from verdicts.ledger.access.place import LedgerPlace, change_at
from verdicts.ledger.questions import AddEvents, EventRow, LedgerFailed
from verdicts.ledger.reading.queries import Reader

ROW = AddAudit(audit_row(1, "ann", "x", "y"))


@pytest.fixture
def where(url: str, place: Path) -> LedgerPlace:
    return LedgerPlace(url, place, place.parent)


def count(where: LedgerPlace) -> int:
    reader = Reader(where.url)
    trail = AuditTrail(where.state)
    with reader.connect() as connection:
        assert verify(connection, trail, trail.head()).problems == ()
        found = len(audit_page(connection, AuditFilters(), 99))
    reader.close()
    return found


def test_without_the_ledger(where: LedgerPlace) -> None:
    assert change_at(where, ROW)
    assert change_at(where, ROW)
    assert count(where) == 2


@pytest.mark.usefixtures("ledger")
async def test_with_the_ledger(where: LedgerPlace) -> None:
    assert await asyncio.to_thread(change_at, where, ROW)
    assert count(where) == 1
    with pytest.raises(LedgerFailed):
        await asyncio.to_thread(change_at, where, AddEvents((EventRow(1, "x", "", "", ""),)))


async def test_before_and_after(where: LedgerPlace, run_ledger: object) -> None:
    """One chain, whoever writes."""
    assert change_at(where, ROW)
    async with run_ledger():  # type: ignore[operator]
        assert await asyncio.to_thread(change_at, where, ROW)
    assert change_at(where, ROW)
    assert count(where) == 3
