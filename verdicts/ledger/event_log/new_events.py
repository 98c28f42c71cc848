"""Events on their way to the ledger; without the database, which only the ledger knows."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from verdicts.ledger.entry import YEAR_10000
from verdicts.ledger.frames import PAYLOAD_BYTES
from verdicts.ledger.questions import AddEvents, EventRow, ask_change
from verdicts.record import id_bytes

EventKind: TypeAlias = Literal["verdict", "alarm", "ruleset", "shadow", "retroactive", "feedback"]
KINDS: tuple[str, ...] = get_args(EventKind)
"""verdict: a transfer that was not simply clean and allowed.  alarm: a part of the service fails,
or works again.  ruleset: its life cycle.  shadow: a staged set would have ruled otherwise.
retroactive: what was allowed would be blocked now.  feedback: somebody said that a verdict is
wrong."""
EVENTS_A_CALL = 1000
DATA_BYTES = 64 * 1024
RULESET = re.compile("[!-~]{0,64}")
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


def ask_add_events(ledger: Path, events: Sequence[NewEvent]) -> None:
    """Return when all are on disk; blocks up to 5 seconds for each 2 MiB of them.

    Raise ValueError, before anything is stored, for what an event cannot be; LedgerAway or
    LedgerFailed, and then the first ones may be stored.
    """
    if len(events) > EVENTS_A_CALL:
        raise ValueError(f"{len(events)} events at once; at most {EVENTS_A_CALL}")
    for group in list(_framed(list(map(_row, events)))):
        ask_change(ledger, AddEvents(group))


def as_data(data: dict[str, object]) -> str:
    """Return it as JSON on one line; what is no Unicode becomes "?".  Raise ValueError."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def check_event(event: EventRow) -> None:
    """Raise ValueError for what an event cannot be."""
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


def _row(event: NewEvent) -> EventRow:
    row = EventRow(event.time, event.kind, event.ruleset, event.verdict, as_data(event.data))
    check_event(row)
    return row


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
