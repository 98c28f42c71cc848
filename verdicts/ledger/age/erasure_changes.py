"""What is asked of the ledger to forget a person."""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class EraseEvents:
    """Answered by `Done`: whether there may be more events after `last`."""

    user: str
    after: int
    """Number of an event; looks at those behind it, up to `last`."""
    last: int
    ask: Literal["erase_events"] = "erase_events"


@dataclass(frozen=True, slots=True)
class EraseVerdicts:
    """Answered by `Done`: whether there may be more verdicts of the user."""

    user: str
    ask: Literal["erase_verdicts"] = "erase_verdicts"


@dataclass(frozen=True, slots=True)
class EraseCounts:
    """Answered by `Done`, true if something was counted under the user's name.

    It is counted under no name from then on.
    """

    user: str
    granularity: int
    start: int
    """Buckets from here to `end`, in microseconds since 1970 UTC."""
    end: int
    ask: Literal["erase_counts"] = "erase_counts"


Erasure: TypeAlias = EraseEvents | EraseVerdicts | EraseCounts
