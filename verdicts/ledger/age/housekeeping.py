"""The ledger does its chores between the groups that it commits, a step at a time."""

import asyncio

import structlog

from verdicts.ledger.age.chores import Chores
from verdicts.ledger.keeping import Keeper
from verdicts.model import utc_now
from verdicts.record import microseconds

BREATH_SECONDS = 0.05
"""Between two steps: records that wait go first."""
PAUSE_SECONDS = 60.0
"""When nothing is left to do, or it failed."""
log = structlog.get_logger()


async def keep_house(keeper: Keeper, chores: Chores) -> None:
    """Go on until cancelled.  What fails is tried again: no verdict waits for it."""
    while True:
        now = microseconds(utc_now())
        try:
            more = await keeper.use(lambda connection, now=now: chores.step(connection, now))  # type: ignore[misc]
        except Exception:
            log.exception("ledger.chore_failed")
            more = False
        await asyncio.sleep(BREATH_SECONDS if more else PAUSE_SECONDS)
