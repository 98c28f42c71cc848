"""What the ledger says of itself and of the fronts; health and metrics read it."""

from dataclasses import dataclass

from verdicts.status import FrontStatus


@dataclass(frozen=True, slots=True)
class SeenFront:
    """The last status of a front."""

    status: FrontStatus
    age_seconds: float


@dataclass(frozen=True, slots=True)
class LedgerState:
    database_writable: bool
    """Records go into the database at once; else they wait."""
    failures: int
    """Attempts to write that failed since the ledger started."""
    queued: int
    """Records that wait for disk."""
    fronts: tuple[SeenFront, ...]
    """In order of their index; a front that never reported is absent."""
    keeping: bool = False
    """Records are durable within a second, be it in the journal."""
    journal_records: int = 0
    """They wait in the journal for the database."""
    journal_bytes: int = 0
    journal_most_bytes: int = 0
    """Bound of those; 0: there is no journal."""
    journal_fault: str = ""
    """What is wrong with the journal, one sentence; empty: nothing, as far as is known."""
    journal_lost_bytes: int = 0
    """Of acknowledged records, damaged on disk before they could be stored."""
    lost: int = 0
    """Records for which no room was left anywhere, since the fronts started."""
