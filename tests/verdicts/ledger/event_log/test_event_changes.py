"""The questions about stored events survive the way over the socket."""

from verdicts.ledger.event_log.event_changes import ForgetEvents
from verdicts.ledger.questions import _QUESTION, decode_question


def test_there_and_back() -> None:
    question = ForgetEvents(kept=5, before=10**15)
    assert decode_question(_QUESTION.dump_json(question)) == question
