"""The models say what the ledger gives, nothing more and nothing less."""

from collections.abc import Callable
from dataclasses import fields

import pytest

from api.models import SummaryModel, VerdictModel
from verdicts.ledger.stats.summary import Summary
from verdicts.model import VerdictRecord
from verdicts.record import as_row


@pytest.mark.parametrize("number", [0, 1])
def test_verdict(make_record: Callable[[int], VerdictRecord], number: int) -> None:
    row = as_row(make_record(number))
    model = VerdictModel.model_validate(row)
    assert model.model_dump(mode="json") == row
    assert set(VerdictModel.model_fields) == set(row)


def test_summary() -> None:
    assert set(SummaryModel.model_fields) == {one.name for one in fields(Summary)} | {
        "since",
        "until",
    }
