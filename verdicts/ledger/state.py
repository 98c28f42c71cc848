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
    """The last attempt to write succeeded."""
    failures: int
    """Attempts to write that failed since the ledger started."""
    queued: int
    """Records that wait for disk."""
    fronts: tuple[SeenFront, ...]
    """In order of their index; a front that never reported is absent."""
