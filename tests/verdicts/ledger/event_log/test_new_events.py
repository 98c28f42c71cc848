"""Events on their way: what they may be, how many at once, and that all of them arrive."""

import asyncio
import json
from pathlib import Path

import pytest

from verdicts.ledger.entry import YEAR_10000
from verdicts.ledger.event_log.events import events_after, last_event
from verdicts.ledger.event_log.new_events import DATA_BYTES, NewEvent, ask_add_events
from verdicts.ledger.questions import LedgerAway
from verdicts.ledger.reading.queries import Reader

ID = "0192f3a4-0000-7000-8000-000000000001"
RULESET = "0123456789abcdef"


@pytest.mark.usefixtures("ledger")
async def test_what_is_sent_is_read(place: Path, url: str) -> None:
    sent = [
        NewEvent(1, "ruleset", RULESET, "", {"what": "activated"}),
        NewEvent(2, "shadow", RULESET, ID, {"name": "\u202egpj\n\x00\udcff", "rate": 0.5}),
    ]
    await asyncio.to_thread(ask_add_events, place, sent)
    reader = Reader(url)
    with reader.connect() as connection:
        first, second = events_after(connection, 0, (), 10)
        assert last_event(connection) == second.id
    reader.close()
    assert (first.id, first.time, first.kind, first.ruleset, first.verdict) == (
        1, 1, "ruleset", RULESET, "",
    )  # fmt: skip
    assert json.loads(first.data) == {"what": "activated"}
    assert (second.id, second.verdict) == (2, ID)
    assert json.loads(second.data) == {"name": "\u202egpj\n\x00?", "rate": 0.5}


@pytest.mark.usefixtures("ledger")
async def test_a_thousand_of_the_largest_events(place: Path, url: str) -> None:
    """JSON within JSON doubles every quotation mark: no frame may become too large."""
    data: dict[str, object] = {"x": '"' * (DATA_BYTES // 2 - 20)}
    sent = [NewEvent(n, "shadow", RULESET, "", data) for n in range(100)]
    sent += [NewEvent(n, "shadow", RULESET, "", {}) for n in range(100, 1000)]
    await asyncio.to_thread(ask_add_events, place, sent)
    reader = Reader(url)
    with reader.connect() as connection:
        stored = events_after(connection, 0, (), 2000)
    reader.close()
    assert [one.time for one in stored] == list(range(1000))
    assert json.loads(stored[99].data) == data


@pytest.mark.parametrize(
    "event, words",
    [
        (NewEvent(1, "gossip", RULESET, "", {}), "kind"),
        (NewEvent(1, "shadow", "x" * 65, "", {}), "rule set"),
        (NewEvent(1, "shadow", "a\0b", "", {}), "rule set"),
        (NewEvent(1, "shadow", "\udcff", "", {}), "rule set"),
        (NewEvent(-1, "shadow", RULESET, "", {}), "time"),
        (NewEvent(YEAR_10000, "shadow", RULESET, "", {}), "time"),
        (NewEvent(1, "shadow", RULESET, "x", {}), "hexa"),
        (NewEvent(1, "shadow", RULESET, ID[:-2], {}), "transfer id"),
        (NewEvent(1, "shadow", RULESET, "", {"x": "y" * DATA_BYTES}), "bytes"),
        (NewEvent(1, "shadow", RULESET, "", {"x": float("nan")}), "JSON"),
    ],
)
def test_what_is_no_event_is_not_even_sent(place: Path, event: NewEvent, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ask_add_events(place, [event])


def test_too_many_at_once(place: Path) -> None:
    with pytest.raises(ValueError, match="at most 1000"):
        ask_add_events(place, [NewEvent(1, "shadow", "", "", {})] * 1001)


def test_no_ledger(place: Path) -> None:
    ask_add_events(place, [])
    with pytest.raises(LedgerAway):
        ask_add_events(place, [NewEvent(1, "shadow", "", "", {})])
