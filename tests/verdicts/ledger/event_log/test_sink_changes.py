"""The questions about sinks survive the way over the socket."""

import pytest

from verdicts.ledger.event_log.sink_changes import (
    DisableSink,
    Later,
    MoveSink,
    OpenSink,
    SinkChange,
)
from verdicts.ledger.questions import _QUESTION, decode_question


@pytest.mark.parametrize(
    "change",
    [
        OpenSink("siem"),
        MoveSink("siem", 7, "x", (1, 2), (Later(3, 4, 5, "é"),), 6, hurry=True),
        DisableSink("siem", None, ""),
        DisableSink("siem", 5, "gone"),
    ],
)
def test_there_and_back(change: SinkChange) -> None:
    assert decode_question(_QUESTION.dump_json(change)) == change
