"""Health as a page: parts, fronts, deliveries; and in words what is away."""

import asyncio
from typing import Any

import pytest

from api.pages import condition
from tests.api.pages.conftest import Visit
from verdicts.ledger.event_log.sink_changes import DisableSink, OpenSink
from verdicts.ledger.questions import ask_change
from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.status import FrontStatus


async def test_fronts(visitor: Visit, status: FrontStatus, monkeypatch: pytest.MonkeyPatch) -> None:
    state = LedgerState(True, 0, 0, (SeenFront(status, 0.1),))
    monkeypatch.setattr(condition, "ask_state", lambda _: state)
    page = await visitor.get("/health")
    assert "All parts are in order" in page
    assert "up (fildes)" in page
    assert "None</p>" in page, "no deliveries"


async def test_what_is_out_of_order(visitor: Visit) -> None:
    page = await visitor.get("/health")
    assert "1 part out of order" in page
    assert "It never reported." in page


async def test_deliveries(site: Any, visitor: Visit) -> None:
    for change in (OpenSink("webhook soc"), DisableSink("webhook soc", 5, "410 <Gone>")):
        await asyncio.to_thread(ask_change, site.place.socket, change)
    page = await visitor.get("/health")
    assert "webhook soc" in page
    assert "stopped" in page
    assert "410 &lt;Gone&gt;" in page
