"""The condition of the service, also while the ledger is away."""

from typing import Any

import pytest

from api.pages import condition
from api.pages.condition import read_condition
from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.status import FrontStatus


def test_ledger_away(site: Any) -> None:
    found = read_condition(site.app.state.services)
    assert found.state is None
    assert [part.name for part in found.failing] == ["ledger"]
    assert found.clamav == "unknown"
    assert found.active is None


def test_all_parts(
    site: Any, active: str, status: FrontStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = LedgerState(True, 0, 0, (SeenFront(status, 0.1),))
    monkeypatch.setattr(condition, "ask_state", lambda _: state)
    found = read_condition(site.app.state.services)
    assert {"ledger", "database", "front 0"} <= {part.name for part in found.parts}
    assert found.failing == []
    assert found.clamav == "ClamAV 1.4.6"
    assert found.active
    assert (found.active.id, found.staged) == (active, None)
