"""The ledger process: takes records, statuses and questions over a Unix socket."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from verdicts.ledger.access.audit_trail import AuditTrail, log_link
from verdicts.ledger.age.calm_clock import CalmClock
from verdicts.ledger.age.chores import Chores
from verdicts.ledger.age.housekeeping import keep_house
from verdicts.ledger.connection import Connection
from verdicts.ledger.desk import Desk
from verdicts.ledger.entry import Entry
from verdicts.ledger.event_log.alarms import watch
from verdicts.ledger.journal import JOURNAL_FILE, Journal
from verdicts.ledger.settings import DEFAULT_EVENTS, EventSettings


async def serve(
    database_url: str,
    socket: Path,
    ready: Callable[[], None],
    stop: asyncio.Event,
    events: EventSettings = DEFAULT_EVENTS,
    *,
    state: Path | None = None,
    chores: Chores | None = None,
    journal_bytes: int = 0,
    linger_seconds: float = 0.0,
) -> None:
    """Serve until `stop` is set, then write what has arrived.

    Listens first and opens the database then, for as long as that takes: meanwhile the fronts can
    hand over their records.  `ready` is called once records can be kept.  In the folder `state`,
    else in that of the socket, are the key and the head of the audit, and the journal if it may
    take some bytes.  The stop waits `linger_seconds` for fronts that still have something to say.
    """
    folder = state or socket.parent
    place = folder / JOURNAL_FILE
    # Not to be had any more, but what a former ledger left in it is still to be stored
    journal = Journal(place, journal_bytes) if journal_bytes or place.exists() else None
    clock = CalmClock()

    def arriving(entries: Sequence[Entry]) -> Sequence[Entry]:
        return chores.arriving(entries, clock.now()) if chores else entries

    desk = Desk(database_url, AuditTrail(folder, log_link), events, journal, arriving)
    loop = asyncio.get_running_loop()
    before = os.umask(0o177)  # from its first moment the socket is ours alone
    try:
        server = await loop.create_unix_server(lambda: Connection(desk), str(socket))
    finally:
        os.umask(before)
    async with server:
        writing = asyncio.create_task(desk.write(ready))
        stopped = asyncio.create_task(stop.wait())
        beside = [asyncio.create_task(watch(desk.state, desk.change, events, clock.now))]
        if chores is not None:
            beside.append(asyncio.create_task(keep_house(desk.keeper, chores, clock.now)))
        await asyncio.wait((writing, stopped), return_when=asyncio.FIRST_COMPLETED)
        await desk.linger(linger_seconds)
        server.close()
        stopped.cancel()
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await desk.read_out()
        desk.commit.stop()
        await writing
        desk.close()
