"""A sender that does as it is told, and a round of delivery around it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from verdicts.delivery.round import Round
from verdicts.delivery.sender import Letter
from verdicts.delivery.settings import ExportSettings


@dataclass
class SenderDouble:
    """Remembers what it took; `faults` are raised one after another, None takes."""

    most: int = 10
    whole_verdicts: bool = False
    faults: list[Exception | None] = field(default_factory=list)
    fault: Exception | None = None
    """Raised after those, for ever."""
    refuses: dict[int, Exception] = field(default_factory=dict)
    """By the time of an event, which stands for its name in these tests."""
    taken: list[int] = field(default_factory=list)
    tried: list[list[int]] = field(default_factory=list)
    closed: bool = False

    async def send(self, letters: Sequence[Letter]) -> None:
        names = [letter.event.time for letter in letters]
        self.tried.append(names)
        fault = self.faults.pop(0) if self.faults else self.fault
        fault = next((self.refuses[name] for name in names if name in self.refuses), fault)
        if fault is not None:
            raise fault
        self.taken += names

    async def close(self) -> None:
        self.closed = True


def chosen(**settings: Any) -> ExportSettings:
    """Settings of any sink: what the rounds read is common to all."""
    return ExportSettings(**{"name": "sink", "path": "x", "kinds": ("alarm",), **settings})


@asynccontextmanager
async def at_work(one: Round) -> AsyncIterator[asyncio.Task[None]]:
    working = asyncio.create_task(one.run())
    try:
        yield working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
