"""The ledger does its chores between the groups that it commits, a step at a time."""

import asyncio
from collections.abc import Callable

import structlog

from verdicts.ledger.age.chores import Chores
from verdicts.ledger.keeping import Keeper

BREATH_SECONDS = 0.05
"""Between two steps: records that wait go first."""
PAUSE_SECONDS = 60.0
"""When nothing is left to do, or it failed."""
log = structlog.get_logger()


async def keep_house(keeper: Keeper, chores: Chores, now: Callable[[], int]) -> None:
    """Go on until cancelled.  What fails is tried again: no verdict waits for it.

    `now` tells the time of the writer, microseconds since 1970 UTC: what came before is stored.
    """
    while True:
        try:
            more = await keeper.use(lambda connection: chores.step(connection, now()))
        except Exception:
            log.exception("ledger.chore_failed")
            more = False
        await asyncio.sleep(BREATH_SECONDS if more else PAUSE_SECONDS)
