"""What is asked about requests goes over the socket and comes back the same."""

import pytest
from pydantic import TypeAdapter

from verdicts.ledger.access.request_changes import (
    ClaimRequest,
    KeepAnswer,
    ReleaseRequest,
    RequestChange,
)
from verdicts.ledger.questions import decode_question

CHANGES = (
    ClaimRequest("dk_1", "k", 5),
    KeepAnswer("dk_1", "k", "0" * 64, 201, "{}", 'é"\0'),
    ReleaseRequest("dk_1", "k"),
)


@pytest.mark.parametrize("change", CHANGES)
def test_goes_over_the_socket(change: RequestChange) -> None:
    assert decode_question(TypeAdapter(RequestChange).dump_json(change)) == change
