"""What is asked about sessions crosses the ledger's socket whole."""

import pytest
from pydantic import TypeAdapter

from verdicts.ledger.access.session_changes import (
    EndSession,
    SessionChange,
    SessionSeen,
    StartSession,
)
from verdicts.ledger.questions import Question, decode_question

CHANGES = [
    StartSession("ab" * 32, "dk_12345678", 5, 10),
    SessionSeen("ab" * 32, 6),
    EndSession("ab" * 32),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.ask)
def test_crosses_the_socket(change: SessionChange) -> None:
    packed = TypeAdapter[Question](Question).dump_json(change)
    assert decode_question(packed) == change
