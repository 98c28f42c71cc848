"""Is every part in order: read from what the ledger knows, for health, alarms and deliveries."""

from collections.abc import Iterator
from dataclasses import dataclass

from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.status import FrontStatus

JOURNAL_FILLING = 0.5
"""Of its bound; then there is still half of the time to mend the database."""
STATUS_SECONDS = 5.0
"""A front reports every second; one silent for longer is not in order."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the service."""

    name: str
    ok: bool
    explanation: str
    """A sentence; empty if there is nothing to say.  A part may be degraded and yet in order."""
    alarming: bool = False
    """In order, but somebody has to look at it before it is not."""

    @property
    def sound(self) -> bool:
        return self.ok and not self.alarming


def parts_of(state: LedgerState, fronts: int) -> Iterator[Part]:
    """Yield the database, the journal and all parts of so many fronts.

    Absent fronts are not in order.
    """
    kept = state.database_writable or state.keeping
    yield Part("database", kept, _database(state), kept and not state.database_writable)
    if state.journal_most_bytes or state.journal_fault:
        explanation = state.journal_fault or _filling(state)
        ok = kept or not state.journal_fault
        yield Part("journal", ok, explanation, ok and bool(explanation))
    seen = {front.status.front: front for front in state.fronts}
    for index in range(fronts):
        front = seen.get(index)
        if front is None:
            yield Part(f"front {index}", False, "It never reported.")
        else:
            yield from front_parts(front)


def front_parts(front: SeenFront) -> Iterator[Part]:
    """Yield the front, and its parts if it reports."""
    status = front.status
    name = f"front {status.front}"
    if front.age_seconds > STATUS_SECONDS:
        yield Part(name, False, f"Its last report is {front.age_seconds:.0f} s old.")
        return
    yield Part(name, True, "")
    yield _workers(name, status)
    missing = ", ".join(status.sandbox_missing)
    # Degraded without these, but everything is still inspected
    yield Part(f"{name}: sandbox", True, f"This kernel lacks {missing}." if missing else "")
    yield Part(
        f"{name}: clamav",
        status.clamav in {"up", "off"},
        status.clamav_fault or ("" if status.clamav == "up" else status.clamav),
    )


def _database(state: LedgerState) -> str:
    """Records that wait in the journal are kept, and nobody need stop the traffic for them."""
    lost = f"{state.lost} records were lost since the fronts started." if state.lost else ""
    if state.database_writable:
        return lost
    if state.keeping:
        return f"It cannot be written; {state.journal_records} records wait in the journal."
    return f"It cannot be written; see the ledger's log. {lost}".rstrip()


def _filling(state: LedgerState) -> str:
    if state.journal_bytes < JOURNAL_FILLING * state.journal_most_bytes:
        return ""
    return f"{state.journal_bytes} of {state.journal_most_bytes} bytes are taken."


def _workers(name: str, status: FrontStatus) -> Part:
    enough = status.workers >= status.workers_wanted
    explanation = "" if enough else f"{status.workers} of {status.workers_wanted}."
    return Part(f"{name}: workers", enough, explanation)
