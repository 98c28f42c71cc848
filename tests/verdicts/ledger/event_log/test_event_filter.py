"""Which events pass which filters."""

import json
from typing import Any

import pytest

from verdicts.ledger.event_log.event_filter import EventFilter
from verdicts.ledger.event_log.events import Event

DATA: dict[str, Any] = {
    "action": "block",
    "level": "malicious",
    "channel": "telegram",
    "codes": ["a", "b"],
}


def event(kind: str = "verdict", **data: Any) -> Event:
    return Event(1, 2, kind, "", "", json.dumps(data))


@pytest.mark.parametrize(
    "wanted, passes",
    [
        ({}, True),
        ({"kinds": {"verdict", "alarm"}}, True),
        ({"kinds": {"alarm"}}, False),
        ({"actions": {"block"}, "levels": {"malicious", "unknown"}}, True),
        ({"actions": {"block"}, "levels": {"unknown"}}, False),
        ({"channels": {"telegram"}}, True),
        ({"channels": {"discord"}}, False),
        ({"codes": {"b", "c"}}, True),
        ({"codes": {"c"}}, False),
    ],
)
def test_of_a_verdict(wanted: dict[str, set[str]], passes: bool) -> None:
    made = EventFilter(**{name: frozenset(words) for name, words in wanted.items()})
    assert made.takes(event(**DATA)) is passes


@pytest.mark.parametrize("field", ["actions", "levels", "channels", "codes"])
def test_what_has_no_such_field_does_not_fit(field: str) -> None:
    alarm = event("alarm", part="database")
    assert EventFilter(kinds=frozenset({"alarm"})).takes(alarm)
    assert not EventFilter(**{field: frozenset({"x"})}).takes(alarm)
