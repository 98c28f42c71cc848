"""The models say what the store gives, nothing more and nothing less."""

from dataclasses import fields

import pytest
from pydantic import BaseModel

from api.ruleset_models import (
    ChangeModel,
    EventModel,
    HistoryModel,
    ListChangeModel,
    RulesetModel,
    ShadowPage,
)
from verdicts.ledger.event_log.events import Event
from verdicts.rulesets.diff import ListChange
from verdicts.rulesets.records import Change, HistoryLine, StoredSet
from verdicts.shadow_status import ShadowStatus

PAIRS: list[tuple[type[BaseModel], type]] = [
    (RulesetModel, StoredSet),
    (ChangeModel, Change),
    (ListChangeModel, ListChange),
    (HistoryModel, HistoryLine),
    (EventModel, Event),
]


@pytest.mark.parametrize("model, record", PAIRS)
def test_fields(model: type[BaseModel], record: type) -> None:
    assert set(model.model_fields) == {field.name for field in fields(record)}


def test_shadow_shows_every_count() -> None:
    counts = {field.name for field in fields(ShadowStatus)}
    assert set(ShadowPage.model_fields) == counts | {"data", "next", "rate"}
