"""Events: what happened to rule sets, and what a set would have ruled otherwise.

They are numbered in the order in which they were stored, so that a reader can go on where it
stopped.  The newest KEPT_EVENTS are kept.
"""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from verdicts.ledger.entry import YEAR_10000
from verdicts.ledger.frames import PAYLOAD_BYTES
from verdicts.ledger.questions import AddEvents, EventRow, ask_change
from verdicts.ledger.schema import EVENT
from verdicts.record import id_bytes, id_text

EventKind: TypeAlias = Literal["ruleset", "shadow", "retroactive", "feedback"]
KINDS: tuple[str, ...] = get_args(EventKind)
"""ruleset: its life cycle.  shadow: a staged set would have ruled otherwise.  retroactive: what was
allowed would be blocked now.  feedback: somebody said that a verdict is wrong."""
EVENTS_A_CALL = 1000
DATA_BYTES = 64 * 1024
RULESET = re.compile("[!-~]{0,64}")
KEPT_EVENTS = 200_000
STEP_EVENTS = 10_000
"""Deleted at most in one transaction, so that no verdict waits long for a large clean-up."""
FRAME_BYTES = PAYLOAD_BYTES // 2


@dataclass(frozen=True, slots=True)
class NewEvent:
    time: int
    """Microseconds since 1970 UTC."""
    kind: str
    """One of KINDS."""
    ruleset: str
    """Id of the rule set that it is about; at most 64 ASCII characters."""
    verdict: str
    """Id of the transfer that it is about; empty if it is about none."""
    data: dict[str, object]
    """Everything else, as JSON at most 64 KiB; its texts may be untrusted."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the log."""

    id: int
    time: int
    kind: str
    ruleset: str
    verdict: str
    data: str
    """A JSON object, on one line."""


def ask_add_events(ledger: Path, events: Sequence[NewEvent]) -> None:
    """Return when all are on disk; blocks up to 5 seconds for each 2 MiB of them.

    Raise ValueError, before anything is stored, for what an event cannot be; LedgerAway or
    LedgerFailed, and then the first ones may be stored.
    """
    if len(events) > EVENTS_A_CALL:
        raise ValueError(f"{len(events)} events at once; at most {EVENTS_A_CALL}")
    for group in list(_framed(list(map(_row, events)))):
        ask_change(ledger, AddEvents(group))


def add_events(connection: Connection, events: Sequence[EventRow]) -> None:
    """Store them and forget the oldest, in the caller's transaction; raise ValueError."""
    if not events:
        return
    rows = []
    for event in events:
        _check(event)
        verdict = id_bytes(event.verdict) if event.verdict else None
        rows.append(
            {
                "time": event.time,
                "kind": event.kind,
                "ruleset": event.ruleset,
                "verdict": verdict,
                "data": event.data,
            }
        )
    connection.execute(insert(EVENT), rows)
    oldest, newest = connection.execute(select(func.min(EVENT.c.id), func.max(EVENT.c.id))).one()
    last = min(newest - KEPT_EVENTS, oldest + STEP_EVENTS - 1)
    if last >= oldest:
        connection.execute(delete(EVENT).where(EVENT.c.id <= last))


def last_event(connection: Connection) -> int:
    """Return the number of the newest event; 0 if there never was one."""
    return connection.scalar(select(func.max(EVENT.c.id))) or 0


def events_after(
    connection: Connection, after: int, kinds: Collection[str], limit: int
) -> tuple[Event, ...]:
    """Return up to `limit` events of these kinds with larger numbers than `after`, in order.

    `kinds` empty means all.
    """
    query = select(EVENT).where(EVENT.c.id > after).order_by(EVENT.c.id).limit(limit)
    if kinds:
        query = query.where(EVENT.c.kind.in_(kinds))
    return tuple(map(_event, connection.execute(query).mappings()))


def events_before(
    connection: Connection, ruleset: str, kind: str, before: int | None, limit: int
) -> tuple[Event, ...]:
    """Return up to `limit` events of a rule set, newest first, with smaller numbers than `before`.

    None means from the newest.
    """
    query = select(EVENT).where(EVENT.c.ruleset == ruleset, EVENT.c.kind == kind)
    if before is not None:
        query = query.where(EVENT.c.id < before)
    query = query.order_by(EVENT.c.id.desc()).limit(limit)
    return tuple(map(_event, connection.execute(query).mappings()))


def as_data(data: dict[str, object]) -> str:
    """Return it as JSON on one line; what is no Unicode becomes "?".  Raise ValueError."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def _row(event: NewEvent) -> EventRow:
    row = EventRow(event.time, event.kind, event.ruleset, event.verdict, as_data(event.data))
    _check(row)
    return row


def _check(event: EventRow) -> None:
    if event.kind not in KINDS:
        raise ValueError(f"no kind of event: {event.kind!r}")
    if not 0 <= event.time < YEAR_10000:
        raise ValueError(f"no time in microseconds since 1970: {event.time}")
    if not RULESET.fullmatch(event.ruleset):
        raise ValueError(f"no id of a rule set: {event.ruleset[:100]!r}")
    if event.verdict:
        id_bytes(event.verdict)
    if len(event.data.encode()) > DATA_BYTES:
        raise ValueError(f"the data of an event have at most {DATA_BYTES} bytes")


def _framed(rows: Sequence[EventRow]) -> Iterator[tuple[EventRow, ...]]:
    """Cut into groups that fit into a frame each, where JSON within JSON may double."""
    group: list[EventRow] = []
    size = 0
    for row in rows:
        length = len(row.data.encode()) + 1024
        if group and size + length > FRAME_BYTES:
            yield tuple(group)
            group, size = [], 0
        group.append(row)
        size += length
    if group:
        yield tuple(group)


def _event(row: RowMapping) -> Event:
    verdict = id_text(row["verdict"]) if row["verdict"] is not None else ""
    return Event(row["id"], row["time"], row["kind"], row["ruleset"], verdict, row["data"])
