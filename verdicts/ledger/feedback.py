"""Feedback: what people say of verdicts, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from sqlalchemy import Connection, RowMapping, delete, insert, select

from verdicts.ledger.event_log.events import add_events
from verdicts.ledger.event_log.new_events import as_data
from verdicts.ledger.questions import EventRow, StoreFeedback
from verdicts.ledger.schema import DETECTION, FEEDBACK, VERDICT
from verdicts.record import id_bytes, id_text

FeedbackKind: TypeAlias = Literal["false_positive", "missed"]
KINDS: tuple[str, ...] = get_args(FeedbackKind)
REASON_LENGTH = 2000
AUTHOR_LENGTH = 256
CREDENTIAL_LENGTH = 320
VOICES = 1000
"""Of one verdict, returned at most: as many as there may be keys."""


NEWEST_FIRST = (FEEDBACK.c.time.desc(), FEEDBACK.c.author, FEEDBACK.c.credential)


@dataclass(frozen=True, slots=True)
class Feedback:
    verdict: str
    author: str
    """Name of the API key with which it was given."""
    time: int
    """Microseconds since 1970 UTC."""
    kind: str
    """false_positive: it is harmless.  missed: it is not."""
    reason: str


def store_feedback(connection: Connection, said: StoreFeedback) -> bool:
    """Store it, and an event, in the caller's transaction; False if there is no such verdict.

    Raise ValueError for what feedback cannot be.
    """
    if said.kind not in KINDS or not 0 < len(said.reason) <= REASON_LENGTH:
        raise ValueError("no feedback")
    if len(said.author) > AUTHOR_LENGTH:
        raise ValueError("no name of a key")
    if not 0 < len(said.credential) <= CREDENTIAL_LENGTH:
        raise ValueError("no credential")
    key = id_bytes(said.verdict)
    ruleset = connection.scalar(select(VERDICT.c.ruleset).where(VERDICT.c.id == key))
    if ruleset is None:
        return False
    own = (FEEDBACK.c.verdict == key, FEEDBACK.c.credential == said.credential)
    connection.execute(delete(FEEDBACK).where(*own))
    row = {
        "verdict": key,
        "credential": said.credential,
        "author": said.author,
        "time": said.time,
        "kind": said.kind,
        "reason": said.reason,
    }
    connection.execute(insert(FEEDBACK).values(row))
    data = as_data({"kind": said.kind, "author": said.author, "reason": said.reason})
    add_events(connection, [EventRow(said.time, "feedback", ruleset, said.verdict, data)])
    return True


def feedback_on(connection: Connection, transfer_id: str) -> tuple[Feedback, ...] | None:
    """Return what was said of a verdict, newest first; None if the log has no such verdict."""
    try:
        key = id_bytes(transfer_id)
    except ValueError:
        return None
    if connection.scalar(select(VERDICT.c.id).where(VERDICT.c.id == key)) is None:
        return None
    query = select(FEEDBACK).where(FEEDBACK.c.verdict == key)
    query = query.order_by(*NEWEST_FIRST).limit(VOICES)
    return tuple(map(_feedback, connection.execute(query).mappings()))


def feedback_with(connection: Connection, transfer_id: str, credential: str) -> Feedback | None:
    """Return what was last said of a verdict with one credential; ValueError for no id."""
    mine = (FEEDBACK.c.verdict == id_bytes(transfer_id), FEEDBACK.c.credential == credential)
    row = connection.execute(select(FEEDBACK).where(*mine)).mappings().first()
    return None if row is None else _feedback(row)


def feedback_on_rule(
    connection: Connection, names: Sequence[str], limit: int
) -> tuple[Feedback, ...]:
    """Return what was last said of verdicts in which one of these was detected, newest first."""
    found = select(DETECTION.c.verdict).where(
        DETECTION.c.verdict == FEEDBACK.c.verdict, DETECTION.c.name.in_(names)
    )
    query = select(FEEDBACK).where(found.exists())
    query = query.order_by(*NEWEST_FIRST).limit(limit)
    return tuple(map(_feedback, connection.execute(query).mappings()))


def _feedback(row: RowMapping) -> Feedback:
    verdict = id_text(row["verdict"])
    return Feedback(verdict, row["author"], row["time"], row["kind"], row["reason"])
