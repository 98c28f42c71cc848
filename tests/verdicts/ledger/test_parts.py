"""What is in order and what is not, read from the ledger's state."""

from dataclasses import replace
from typing import Any

import pytest

from verdicts.ledger.parts import Part, front_parts, parts_of
from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.status import FrontStatus

WELL = FrontStatus(0, 1, "up", "ClamAV 1.4.6", "fildes", "", 2, 2, (), "r", "t", 0, 0, 0)


def seen(age: float = 0.5, **changes: Any) -> SeenFront:
    return SeenFront(replace(WELL, **changes), age)


def failing(front: SeenFront) -> list[tuple[str, str]]:
    return [(part.name, part.explanation) for part in front_parts(front) if not part.ok]


@pytest.mark.parametrize(
    "front, expected",
    [
        (seen(), []),
        (seen(age=6.4), [("front 0", "Its last report is 6 s old.")]),
        (seen(workers=1), [("front 0: workers", "1 of 2.")]),
        (seen(clamav="down", clamav_fault="gone"), [("front 0: clamav", "gone")]),
        (seen(clamav="down"), [("front 0: clamav", "down")]),
        (seen(clamav="off"), []),
    ],
)
def test_of_a_front(front: SeenFront, expected: list[tuple[str, str]]) -> None:
    assert failing(front) == expected


def test_degraded_and_yet_in_order() -> None:
    parts = {part.name: part for part in front_parts(seen(sandbox_missing=("landlock",)))}
    assert parts["front 0: sandbox"].ok
    assert parts["front 0: sandbox"].explanation == "This kernel lacks landlock."


def test_journal_stands_in_for_the_database() -> None:
    state = LedgerState(False, 3, 9, (), keeping=True, journal_records=7)
    explanation = "It cannot be written; 7 records wait in the journal."
    assert next(parts_of(state, 0)) == Part("database", True, explanation, alarming=True)


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({}, (True, True, "")),
        ({"journal_bytes": 499}, (True, True, "")),
        ({"journal_bytes": 500}, (True, False, "500 of 1000 bytes are taken.")),
        ({"journal_fault": "It is full."}, (True, False, "It is full.")),
        (
            {"journal_fault": "It is full.", "database_writable": False, "keeping": False},
            (False, False, "It is full."),
        ),
    ],
)
def test_of_the_journal(changes: dict[str, Any], expected: tuple[bool, bool, str]) -> None:
    state = LedgerState(True, 0, 0, (), keeping=True, journal_most_bytes=1000)
    (part,) = (one for one in parts_of(replace(state, **changes), 0) if one.name == "journal")
    assert (part.ok, part.sound, part.explanation) == expected


def test_without_a_journal_there_is_no_such_part() -> None:
    assert [part.name for part in parts_of(LedgerState(True, 0, 0, ()), 0)] == ["database"]


def test_what_was_lost_is_said_even_when_all_is_well_again() -> None:
    explanation = "12 records were lost since the fronts started."
    assert next(parts_of(LedgerState(True, 0, 0, (), lost=12), 0)).explanation == explanation
    away = next(parts_of(LedgerState(False, 0, 0, (), lost=12), 0))
    assert (away.ok, away.explanation.endswith(explanation)) == (False, True)


def test_front_that_never_came_and_database_that_is_away() -> None:
    parts = list(parts_of(LedgerState(False, 3, 9, (seen(front=1),)), 2))
    assert parts[0] == Part("database", False, "It cannot be written; see the ledger's log.")
    assert parts[1] == Part("front 0", False, "It never reported.")
    assert [part.name for part in parts[2:]] == [
        "front 1",
        "front 1: workers",
        "front 1: sandbox",
        "front 1: clamav",
    ]
    assert all(part.ok for part in parts[2:])
