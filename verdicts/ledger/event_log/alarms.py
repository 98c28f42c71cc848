"""The ledger's watch: an event when a part of the service fails and when it works again.

It also forgets old events.  Both wait while the database is away; nothing of it is lost then, as
long as the ledger lives.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

import structlog

from verdicts.ledger.event_log.event_changes import ForgetEvents
from verdicts.ledger.event_log.new_events import as_data
from verdicts.ledger.parts import Part, parts_of
from verdicts.ledger.questions import AddEvents, Change, EventRow
from verdicts.ledger.settings import EventSettings
from verdicts.ledger.state import LedgerState
from verdicts.model import utc_now
from verdicts.record import microseconds

LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 5.0
"""A part that is out of order for less is not worth an alarm: a worker is being replaced."""
WAITING = 1000
"""Alarms kept while the database is away; beyond it the oldest are lost, which the log says."""
DAY = 86_400 * 1_000_000
Apply = Callable[[Change], Awaitable[bool]]
log = structlog.get_logger()


class Alarms:
    """Notices changes; pure but for what it remembers."""

    def __init__(self) -> None:
        self._failing: dict[str, float] = {}
        """Since when, monotonic seconds."""
        self._told: set[str] = set()

    def look(self, parts: Iterable[Part], now: float) -> list[Part]:
        """Return what is to be told: parts that fail for long enough, and those that recovered."""
        news = []
        for part in parts:
            if part.sound:
                self._failing.pop(part.name, None)
                if part.name in self._told:
                    self._told.discard(part.name)
                    news.append(part)
            elif part.name not in self._told:
                since = self._failing.setdefault(part.name, now)
                if now - since >= PATIENCE_SECONDS:
                    self._told.add(part.name)
                    news.append(part)
        return news


async def watch(
    look: Callable[[], LedgerState],
    change: Apply,
    settings: EventSettings,
    now: Callable[[], int],
) -> None:
    """Look every second, until cancelled.

    `now` tells the microseconds since 1970 UTC by which events are too old.
    """
    alarms = Alarms()
    waiting: deque[EventRow] = deque(maxlen=WAITING)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        state = look()
        fronts = 1 + max((front.status.front for front in state.fronts), default=-1)
        for part in alarms.look(parts_of(state, fronts), time.monotonic()):
            log.warning("part.recovered" if part.sound else "part.failed", part=part.name)
            waiting.append(_event(part))
        if state.database_writable:
            oldest = now() - int(settings.kept_days * DAY)
            await _write(change, waiting, ForgetEvents(settings.kept, max(oldest, 0)))


async def _write(change: Apply, waiting: deque[EventRow], forget: ForgetEvents) -> None:
    try:
        if waiting:
            await change(AddEvents(tuple(waiting)))
            waiting.clear()
        await change(forget)
    except Exception as error:  # the database's; the next look tries again
        log.warning("alarms.not_stored", waiting=len(waiting), reason=type(error).__name__)


def _event(part: Part) -> EventRow:
    data = {"part": part.name, "ok": part.sound, "explanation": part.explanation}
    return EventRow(microseconds(utc_now()), "alarm", "", "", as_data(data))
