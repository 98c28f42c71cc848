"""Answers of the ledger, and the last status of each front."""

import dataclasses

import pytest

from verdicts.ledger.desk import Desk
from verdicts.ledger.frames import BadFrame
from verdicts.ledger.questions import AskMetrics, AskState, MetricsText
from verdicts.ledger.state import LedgerState
from verdicts.status import FrontStatus

STATUS = FrontStatus(1, 42, "up", "", "fildes", "", 2, 2, (), "", "", 0, 0, 0)


async def test_last_status_of_each_front_in_order(url: str) -> None:
    desk = Desk(url)
    for front, workers in ((1, 2), (0, 2), (1, 7)):
        desk.report(dataclasses.replace(STATUS, front=front, workers=workers))
    state = await desk.answer(AskState())
    assert isinstance(state, LedgerState)
    assert [(seen.status.front, seen.status.workers) for seen in state.fronts] == [(0, 2), (1, 7)]
    assert all(0 <= seen.age_seconds < 60 for seen in state.fronts)
    text = await desk.answer(AskMetrics())
    assert isinstance(text, MetricsText)
    assert 'douane_workers{front="1"} 7.0' in text.text


@pytest.mark.parametrize("front", [-1, 256, 10**9])
async def test_impossible_front_is_refused(url: str, front: int) -> None:
    with pytest.raises(BadFrame):
        Desk(url).report(dataclasses.replace(STATUS, front=front))
