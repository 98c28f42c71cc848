"""What may be asked over the ledger's socket, and a blocking call that asks it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import Field, TypeAdapter

from verdicts.ledger.access.audit_changes import AddAudit, AuditRow
from verdicts.ledger.access.request_changes import RequestChange
from verdicts.ledger.access.scopes import Scope
from verdicts.ledger.access.session_changes import SessionChange
from verdicts.ledger.age.erasure_changes import Erasure
from verdicts.ledger.event_log.event_changes import ForgetEvents
from verdicts.ledger.event_log.sink_changes import SinkChange
from verdicts.ledger.frames import BadFrame, FrameReader, Kind, pack
from verdicts.ledger.state import LedgerState

TIMEOUT_SECONDS = 5.0
T = TypeVar("T")


class Role(StrEnum):
    """What a key may do; each role may do what the ones before it may."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"

    def may(self, needed: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class AskMetrics:
    """Answered by `MetricsText`."""

    ask: Literal["metrics"] = "metrics"


@dataclass(frozen=True, slots=True)
class AskState:
    """Answered by `LedgerState`."""

    ask: Literal["state"] = "state"


@dataclass(frozen=True, slots=True)
class StoreKey:
    """Answered by `Done`; not done if the key or its prefix exists."""

    hash: str
    """SHA-256 of the whole key, 64 hex digits."""
    prefix: str
    name: str
    role: Role
    created: int
    expires: int | None
    scopes: tuple[Scope, ...] = ()
    """() is all that the role may do."""
    ask: Literal["store_key"] = "store_key"


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """Answered by `Done`; not done if there is no such key, or it is revoked already."""

    prefix: str
    now: int
    ask: Literal["revoke_key"] = "revoke_key"


@dataclass(frozen=True, slots=True)
class KeyUsed:
    """Answered by `Done`."""

    prefix: str
    now: int
    ask: Literal["key_used"] = "key_used"


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event on its way into the log; `event_log/events.py` says what may be in it."""

    time: int
    kind: str
    ruleset: str
    verdict: str
    """A transfer id; empty if the event is of none."""
    data: str
    """JSON."""


@dataclass(frozen=True, slots=True)
class AddEvents:
    """Answered by `Done`."""

    events: tuple[EventRow, ...]
    ask: Literal["add_events"] = "add_events"


@dataclass(frozen=True, slots=True)
class StoreFeedback:
    """Answered by `Done`; not done if there is no such verdict.

    Replaces what was said of it before with the same credential.
    """

    verdict: str
    credential: str
    """Prefix of the key, or "oidc:" and the subject: names may be the same."""
    author: str
    time: int
    kind: str
    reason: str
    ask: Literal["store_feedback"] = "store_feedback"


KeyChange: TypeAlias = StoreKey | RevokeKey | KeyUsed
Change: TypeAlias = (
    KeyChange
    | AddEvents
    | ForgetEvents
    | StoreFeedback
    | SessionChange
    | SinkChange
    | RequestChange
    | Erasure
)


@dataclass(frozen=True, slots=True)
class Audited:
    """A change and its row of the audit, in one transaction; without the change no row."""

    change: Annotated[Change, Field(discriminator="ask")]
    row: AuditRow
    ask: Literal["audited"] = "audited"


Question: TypeAlias = AskMetrics | AskState | Change | AddAudit | Audited


@dataclass(frozen=True, slots=True)
class MetricsText:
    text: str


@dataclass(frozen=True, slots=True)
class Done:
    done: bool


Answer: TypeAlias = MetricsText | Done | LedgerState
_QUESTION: TypeAdapter[Question] = TypeAdapter(Annotated[Question, Field(discriminator="ask")])
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)


class LogUnavailable(Exception):
    """The database cannot be read now."""


class LedgerAway(Exception):
    """No ledger answers at this socket."""


class LedgerFailed(Exception):
    """The ledger could not do it; the reason is in its log."""


def decode_question(payload: bytes) -> Question:
    """Return the question; raise ValueError."""
    return _QUESTION.validate_json(payload, strict=True)


def encode_answer(answer: Answer) -> bytes:
    return _ANSWER.dump_json(answer)


def ask_metrics(ledger: Path) -> str:
    """Return the Prometheus text; raise LedgerAway or LedgerFailed, as all of these do."""
    return _ask(ledger, AskMetrics(), MetricsText).text


def ask_state(ledger: Path) -> LedgerState:
    return _ask(ledger, AskState(), LedgerState)


def ask_change(ledger: Path, change: Change | AddAudit | Audited) -> bool:
    """Return whether something changed."""
    return _ask(ledger, change, Done).done


def _ask(ledger: Path, question: Question, kind: type[T]) -> T:
    """Open a connection for one question: they are few, and none can then wait for another."""
    with _connected(ledger) as connection:
        connection.sendall(pack(Kind.QUESTION, _QUESTION.dump_json(question)))
        payload = _read_answer(connection)
    if not payload:
        raise LedgerFailed("the ledger could not do it")
    return TypeAdapter(kind).validate_json(payload, strict=True)


@contextmanager
def _connected(ledger: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(TIMEOUT_SECONDS)
        try:
            connection.connect(str(ledger))
            yield connection
        except (OSError, BadFrame) as error:
            raise LedgerAway("no ledger answers") from error


def _read_answer(connection: socket.socket) -> bytes:
    reader = FrameReader()
    while data := connection.recv(65536):
        for kind, payload in reader.feed(data):
            if kind is not Kind.ANSWER:
                raise BadFrame(f"a {kind.name} in place of an answer")
            return payload
    raise ConnectionResetError("closed without an answer")
