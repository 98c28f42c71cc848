"""Rows of the audit: hostile texts fit, nonsense is told."""

import dataclasses
import json

import pytest

from verdicts.ledger.access.audit_changes import CONTENT_BYTES, LENGTHS, audit_row, check_audit

HOSTILE = "\x1b]0;x\x07\n\0<script>\u202e\udcff" + "ü" * 5000


def test_hostile_texts_fit() -> None:
    row = audit_row(
        1, HOSTILE, "denied", HOSTILE, before=HOSTILE, after={HOSTILE: [1, object]},
        credential=HOSTILE, address=HOSTILE, request=HOSTILE,
    )  # fmt: skip
    check_audit(row)
    assert len(row.actor) == LENGTHS["actor"]
    assert "\0" not in row.about + row.before
    dataclasses.asdict(row)["about"].encode()
    assert json.loads(row.before)["bytes"] > CONTENT_BYTES


def test_nothing_before_and_after() -> None:
    row = audit_row(1, "a", "b", "c")
    assert (row.before, row.after) == ("", "")


def test_what_is_long_leaves_its_digest() -> None:
    rows = [audit_row(1, "a", "b", "c", after="x" * (CONTENT_BYTES + n)) for n in (1, 1, 2)]
    assert json.loads(rows[0].after)["bytes"] == CONTENT_BYTES + 3
    assert rows[0] == rows[1] != rows[2]


@pytest.mark.parametrize(
    "field, value",
    [
        ("actor", "x" * 257),
        ("action", ""),
        ("time", -1),
        ("before", "no JSON"),
        ("after", '"' + "x" * CONTENT_BYTES + '"'),
    ],
)
def test_nonsense(field: str, value: object) -> None:
    row = dataclasses.replace(audit_row(1, "a", "b", "c"), **{field: value})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"[a-z]"):
        check_audit(row)
