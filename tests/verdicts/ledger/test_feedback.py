"""Feedback: one voice a credential and verdict, with an event each time."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from verdicts.ledger.entry import Entry
from verdicts.ledger.event_log.events import events_after
from verdicts.ledger.feedback import (
    Feedback,
    feedback_on,
    feedback_on_rule,
    feedback_with,
    store_feedback,
)
from verdicts.ledger.questions import StoreFeedback
from verdicts.ledger.store import Writer

WORM, CLEAN = (f"0192f3a4-0000-7000-8000-{number:012x}" for number in (1, 0))
REASON = "Our own updater; see ticket 17."
SAID = StoreFeedback(WORM, "dk_soc00000", "soc", 5, "false_positive", REASON)


@pytest.fixture
def connection(url: str, make_entry: Callable[[int], Entry]) -> Iterator[Connection]:
    writer = Writer(url)
    writer.write([make_entry(n) for n in range(5)])
    with writer.connection().begin():
        yield writer.connection()
    writer.close()


def test_stored_and_read(connection: Connection) -> None:
    assert feedback_on(connection, WORM) == ()
    assert store_feedback(connection, SAID)
    assert store_feedback(
        connection, replace(SAID, credential="dk_ann", author="ann", time=6, kind="missed")
    )
    assert feedback_on(connection, WORM) == (
        Feedback(WORM, "ann", 6, "missed", SAID.reason),
        Feedback(WORM, "soc", 5, "false_positive", SAID.reason),
    )
    assert feedback_on(connection, CLEAN) == ()


def test_an_author_may_change_his_mind(connection: Connection) -> None:
    store_feedback(connection, SAID)
    store_feedback(connection, replace(SAID, time=9, kind="missed", reason="No, it is one."))
    assert feedback_on(connection, WORM) == (Feedback(WORM, "soc", 9, "missed", "No, it is one."),)


def test_authors_of_one_name_are_two(connection: Connection) -> None:
    """And one credential is one voice, whatever it is called."""
    other = replace(SAID, credential="oidc:7", time=6, kind="missed", reason="It is a worm.")
    assert store_feedback(connection, SAID)
    assert store_feedback(connection, other)
    assert store_feedback(connection, replace(SAID, author="night shift", time=7))
    said = feedback_on(connection, WORM) or ()
    assert [(one.author, one.reason) for one in said] == [
        ("night shift", REASON),
        ("soc", "It is a worm."),
    ]
    mine = feedback_with(connection, WORM, "oidc:7")
    assert mine == Feedback(WORM, "soc", 6, "missed", "It is a worm.")
    assert feedback_with(connection, WORM, "soc") is None


def test_an_event_says_so(connection: Connection) -> None:
    store_feedback(connection, SAID)
    (event,) = events_after(connection, 0, ("feedback",), 10)
    assert (event.time, event.kind, event.ruleset, event.verdict) == (5, "feedback", "r1", WORM)
    assert json.loads(event.data) == {
        "kind": "false_positive",
        "author": "soc",
        "reason": SAID.reason,
    }


def test_unknown_verdict(connection: Connection) -> None:
    unknown = "0192f3a4-0000-7000-8000-0000000000ff"
    assert not store_feedback(connection, replace(SAID, verdict=unknown))
    assert feedback_on(connection, unknown) is None
    assert feedback_on(connection, "x") is None
    assert events_after(connection, 0, ("feedback",), 10) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "praise"},
        {"reason": ""},
        {"reason": "x" * 2001},
        {"author": "x" * 257},
        {"credential": ""},
        {"credential": "x" * 321},
        {"verdict": "x"},
    ],
)
def test_what_is_no_feedback(connection: Connection, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r".*"):
        store_feedback(connection, replace(SAID, **wrong))  # type: ignore[arg-type]


def test_by_rule(connection: Connection) -> None:
    """Of these, 1, 2 and 3 are Worm_X, and 2 and 4 have the trick."""
    for number in range(5):
        verdict = f"0192f3a4-0000-7000-8000-{number:012x}"
        store_feedback(connection, replace(SAID, verdict=verdict, time=number))
    times = [one.time for one in feedback_on_rule(connection, ("Worm_X",), 10)]
    assert times == [3, 2, 1]
    assert [one.time for one in feedback_on_rule(connection, ("rtl", "Worm_X"), 2)] == [4, 3]
    assert feedback_on_rule(connection, ("worm_x",), 10) == ()
