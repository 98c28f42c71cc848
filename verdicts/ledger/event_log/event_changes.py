"""What the ledger is asked about events that lie in the log already."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ForgetEvents:
    """Answered by `Done`; done if there may be more to forget."""

    kept: int
    """How many of the newest remain."""
    before: int
    """Microseconds since 1970: older ones go."""
    ask: Literal["forget_events"] = "forget_events"
