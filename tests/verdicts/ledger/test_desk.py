"""Answers of the ledger, and the last status of each front."""

import asyncio
import dataclasses
from pathlib import Path

import pytest

from verdicts.ledger.access.audit_trail import AuditTrail
from verdicts.ledger.age.erasure_changes import EraseVerdicts
from verdicts.ledger.desk import Desk
from verdicts.ledger.event_log.sink_changes import OpenSink
from verdicts.ledger.frames import BadFrame
from verdicts.ledger.journal import JOURNAL_FILE, Journal
from verdicts.ledger.questions import AskMetrics, AskState, Done, MetricsText
from verdicts.ledger.state import LedgerState
from verdicts.status import FrontStatus

STATUS = FrontStatus(1, 42, "up", "", "fildes", "", 2, 2, (), "", "", 0, 0, 0)


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Desk:
    return Desk(sqlite_url, AuditTrail(tmp_path))


async def test_last_status_of_each_front_in_order(desk: Desk) -> None:
    for front, workers in ((1, 2), (0, 2), (1, 7)):
        desk.report(dataclasses.replace(STATUS, front=front, workers=workers))
    state = await desk.answer(AskState())
    assert isinstance(state, LedgerState)
    assert [(seen.status.front, seen.status.workers) for seen in state.fronts] == [(0, 2), (1, 7)]
    assert all(0 <= seen.age_seconds < 60 for seen in state.fronts)
    text = await desk.answer(AskMetrics())
    assert isinstance(text, MetricsText)
    assert 'douane_workers{front="1"} 7.0' in text.text


async def test_sinks_that_are_at_work_are_in_the_metrics(desk: Desk) -> None:
    async def metrics() -> str:
        text = await desk.answer(AskMetrics())
        assert isinstance(text, MetricsText)
        return text.text

    await desk.keeper.open()
    await desk.change(OpenSink("former"))  # in the log from an earlier time
    await desk.answer(OpenSink("siem"))
    assert 'douane_sink_away{sink="siem"} 0.0' in await metrics()
    assert "former" not in await metrics()
    await desk.keeper.close()  # the log cannot be read: all else is shown
    assert "siem" not in await metrics()
    assert "douane_ledger_database_up" in await metrics()


@pytest.mark.parametrize("front", [-1, 256, 10**9])
async def test_impossible_front_is_refused(desk: Desk, front: int) -> None:
    with pytest.raises(BadFrame):
        desk.report(dataclasses.replace(STATUS, front=front))


async def test_what_is_lost_is_known(desk: Desk) -> None:
    for front, lost in ((0, 3), (1, 4), (0, 5)):
        desk.report(dataclasses.replace(STATUS, front=front, records_lost=lost))
    assert desk.state().lost == 9


async def test_nobody_is_forgotten_while_records_wait_in_the_journal(
    sqlite_url: str, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / JOURNAL_FILE, 1 << 20)
    desk = Desk(sqlite_url, AuditTrail(tmp_path), journal=journal)
    await desk.keeper.open()
    assert await desk.answer(EraseVerdicts("ann")) == Done(done=False)
    journal.append([(bytes(16), b"may be one of ann")])
    assert await desk.answer(EraseVerdicts("ann")) == Done(done=True), "to be asked again"
    journal.clear()
    assert await desk.answer(EraseVerdicts("ann")) == Done(done=False)
    await desk.keeper.close()


class Peer:
    def resume(self) -> None:
        raise AssertionError("nothing is read")

    def close(self) -> None:
        raise AssertionError("it is closed by its front")


async def test_stop_waits_for_the_fronts_and_not_for_ever(desk: Desk) -> None:
    peer = Peer()
    desk.connections.add(peer)
    await desk.linger(0.05)
    lingering = asyncio.create_task(desk.linger(60))
    done, _ = await asyncio.wait({lingering}, timeout=0.05)
    assert not done
    desk.connections.discard(peer)
    async with asyncio.timeout(5):
        await lingering
