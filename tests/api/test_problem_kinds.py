"""Kinds of problems have an address each, which never changes."""

import re

from api.problem_kinds import TYPES, ProblemKind

PROMISED = {
    "parameters-wrong",
    "rules-wrong",
    "too-many-requests",
    "precondition-missing",
    "stale",
    "idempotency-key-reused",
    "idempotency-key-in-flight",
    "idempotent-answer-not-kept",
    "body-too-large",
    "body-too-slow",
    "busy",
    "log-away",
}


def test_none_of_them_goes_away() -> None:
    assert {kind.value.slug for kind in ProblemKind} >= PROMISED


def test_each_has_an_address_and_words() -> None:
    for kind in ProblemKind:
        assert re.fullmatch("[a-z-]+", kind.value.slug)
        assert kind.uri == TYPES + kind.value.slug
        assert kind.value.title
        assert kind.value.advice.endswith(".")
    assert len({kind.value.slug for kind in ProblemKind}) == len(ProblemKind)
