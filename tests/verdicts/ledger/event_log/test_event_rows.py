"""An event as others see it."""

from verdicts.ledger.event_log.event_rows import event_row
from verdicts.ledger.event_log.events import Event

ID = "0192f3a4-0000-7000-8000-000000000001"


def test_row() -> None:
    assert event_row(Event(7, 1, "verdict", "r1", ID, '{"a":[1]}')) == {
        "id": 7,
        "time": "1970-01-01T00:00:00.000001Z",
        "kind": "verdict",
        "ruleset": "r1",
        "verdict": ID,
        "data": {"a": [1]},
    }
    assert event_row(Event(7, 1, "alarm", "", "", "{}"))["verdict"] is None
