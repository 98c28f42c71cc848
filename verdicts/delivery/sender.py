"""What every sender does, and how it says that it could not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from verdicts.ledger.event_log.events import Event


class ReceiverAway(Exception):
    """It takes nothing now; the text says why, without secrets.  The same is sent again later."""


class LetterRefused(Exception):
    """It took everything else, but will not have this one; the text says why."""


class ReceiverGone(Exception):
    """It never wants anything again (HTTP 410)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An event, ready to be sent."""

    event: Event
    verdict: Mapping[str, object] | None
    """The verdict that it is about, as the API shows it, if the log has it and it was asked for."""


class Sender(Protocol):
    """One receiver.  Belongs to one task."""

    most: int
    """Letters sent at once, at most."""
    whole_verdicts: bool
    """It wants letters with their verdict."""

    async def send(self, letters: Sequence[Letter]) -> None:
        """Return when all are delivered.

        Raises ReceiverAway: maybe some were.  LetterRefused: if there was more than one, none
        counts as delivered, and the caller tries them one by one.
        """

    async def close(self) -> None: ...
