"""Chosen fields keep what a verdict says of them."""

from api.models import VerdictModel
from api.verdict_models import VerdictPart
from verdicts.ledger.reading.queries import FIELDS


def test_a_part_has_the_fields_of_a_verdict_and_needs_none() -> None:
    whole, part = VerdictModel.model_json_schema(), VerdictPart.model_json_schema()
    assert part["properties"] == whole["properties"]
    assert "required" not in part
    assert set(FIELDS) == set(VerdictModel.model_fields)
