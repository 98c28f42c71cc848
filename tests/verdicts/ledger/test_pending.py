"""What waits for the ledger: bounded, and nobody waits in vain."""

import asyncio

import pytest
from structlog.testing import capture_logs

from verdicts.ledger import pending as module
from verdicts.ledger.pending import Pending


@pytest.fixture
def pending(monkeypatch: pytest.MonkeyPatch) -> Pending:
    monkeypatch.setattr(module, "PENDING_RECORDS", 3)
    monkeypatch.setattr(module, "PENDING_BYTES", 100)
    return Pending()


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DURABLE_SECONDS", 0.02)


async def test_full_by_number_and_by_bytes(pending: Pending) -> None:
    for key in (b"1", b"2", b"3"):
        assert not pending.full
        pending.keep(key, b"frame")
    assert pending.full
    pending.settle(b"2")
    assert not pending.full
    pending.keep(b"1", b"x" * 95)
    assert pending.full, "a frame that is replaced counts once"
    pending.settle(b"1")
    assert not pending.full
    assert list(pending) == [b"frame"]


async def test_what_is_acknowledged_is_waited_for(pending: Pending) -> None:
    pending.keep(b"1", b"frame")
    waiting = asyncio.create_task(pending.on_disk(b"1"))
    await asyncio.sleep(0)
    pending.settle(b"1")
    assert await waiting
    await pending.all_settled()


@pytest.mark.usefixtures("_hurried")
async def test_nobody_waits_in_vain(pending: Pending, monkeypatch: pytest.MonkeyPatch) -> None:
    pending.keep(b"1", b"frame")
    assert not await pending.on_disk(b"1")
    assert pending.late
    monkeypatch.setattr(module, "DURABLE_SECONDS", 0.02)
    pending.keep(b"2", b"frame")
    began = asyncio.get_running_loop().time()
    for _ in range(1000):
        assert not await pending.on_disk(b"2")
        assert not await pending.soon(asyncio.Event())
    assert asyncio.get_running_loop().time() - began < 10, "else it were 20 s each way"
    pending.settle(b"1")
    assert not pending.late, "the ledger is back: who waits now may hope"


@pytest.mark.usefixtures("_hurried")
async def test_without_room_and_hope_a_record_is_lost_loudly(pending: Pending) -> None:
    with capture_logs() as lines:
        for key in (b"1", b"2", b"3"):
            pending.keep(key, b"frame")
        for _ in range(2):
            assert not await pending.room()
            pending.lose()
        pending.complain()
        pending.settle(b"1")
        assert await pending.room()
    assert pending.lost == 2
    assert [(line["event"], line.get("lost")) for line in lines] == [
        ("ledger.records_lost", 1),
        ("ledger.records_late", None),
        ("ledger.records_late_over", None),
        ("ledger.records_lost_over", 2),
    ]
    assert {line["log_level"] for line in lines} == {"error"}


async def test_a_slow_ledger_is_waited_for(
    pending: Pending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as it acknowledges anything, however slowly, nothing is lost."""
    monkeypatch.setattr(module, "DURABLE_SECONDS", 1.0)
    monkeypatch.setattr(module, "PENDING_BYTES", 15)
    for key in range(15):
        pending.keep(bytes([key]), b"frame")
    waiting = asyncio.create_task(pending.room())
    for key in range(15):
        await asyncio.sleep(0.1)
        pending.settle(bytes([key]))
    assert await waiting
