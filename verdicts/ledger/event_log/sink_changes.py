"""What the courier asks the ledger to keep: how far each sink is, and what is still to be sent."""

from dataclasses import dataclass
from typing import Literal

WORDS = 500
"""Characters kept of a complaint."""


@dataclass(frozen=True, slots=True)
class OpenSink:
    """Answered by `Done`; done if the sink is new: it begins behind the newest event."""

    name: str
    ask: Literal["open_sink"] = "open_sink"


@dataclass(frozen=True, slots=True)
class Later:
    """An event that is to be sent again."""

    event: int
    due: int
    """Microseconds since 1970."""
    attempts: int
    """So many have failed."""
    error: str


@dataclass(frozen=True, slots=True)
class MoveSink:
    """Answered by `Done`; not done if there is no such sink.  All of it, or nothing."""

    name: str
    position: int
    """The last event that was taken out of the log for it."""
    error: str
    """Why it does not get on; empty if it does."""
    settled: tuple[int, ...] = ()
    """Events that were delivered, or given up: out of the outbox."""
    later: tuple[Later, ...] = ()
    """Events into the outbox, in place of what it says of them."""
    now: int = 0
    """Microseconds since 1970."""
    hurry: bool = False
    """All that waits in the outbox is due now."""
    ask: Literal["move_sink"] = "move_sink"


@dataclass(frozen=True, slots=True)
class DisableSink:
    """Answered by `Done`; not done if there is no such sink."""

    name: str
    disabled: int | None
    """Since when, microseconds since 1970; None enables it."""
    error: str
    ask: Literal["disable_sink"] = "disable_sink"


SinkChange = OpenSink | MoveSink | DisableSink
