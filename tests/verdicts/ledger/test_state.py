"""The state survives the way from the ledger to the API."""

from pydantic import TypeAdapter

from verdicts.ledger.questions import encode_answer
from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.status import FrontStatus

STATUS = FrontStatus(0, 1, "up", "", "", "", 1, 2, ("seccomp",), "", "", 0, 0, 0)


def test_state_as_an_answer() -> None:
    state = LedgerState(False, 1, 2, (SeenFront(STATUS, 1.5),))
    assert TypeAdapter(LedgerState).validate_json(encode_answer(state), strict=True) == state
