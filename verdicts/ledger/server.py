"""The ledger process: takes records, statuses and questions over a Unix socket."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from verdicts.ledger.alarms import watch
from verdicts.ledger.audit_trail import AuditTrail, log_mark
from verdicts.ledger.connection import Connection
from verdicts.ledger.desk import Desk
from verdicts.ledger.settings import DEFAULT_EVENTS, EventSettings


async def serve(
    database_url: str,
    socket: Path,
    ready: Callable[[], None],
    stop: asyncio.Event,
    events: EventSettings = DEFAULT_EVENTS,
    *,
    state: Path | None = None,
) -> None:
    """Serve until `stop` is set, then write what has arrived.

    Listens first and opens the database then, for as long as that takes: meanwhile the fronts can
    hand over their records.  `ready` is called once both are done.  In the folder `state`, else in
    that of the socket, are the key and the head of the audit.
    """
    desk = Desk(database_url, AuditTrail(state or socket.parent, log_mark), events)
    loop = asyncio.get_running_loop()
    before = os.umask(0o177)  # from its first moment the socket is ours alone
    try:
        server = await loop.create_unix_server(lambda: Connection(desk), str(socket))
    finally:
        os.umask(before)
    async with server:
        writing = asyncio.create_task(desk.write(ready))
        stopped = asyncio.create_task(stop.wait())
        watching = asyncio.create_task(watch(desk.state, desk.change, events))
        await asyncio.wait((writing, stopped), return_when=asyncio.FIRST_COMPLETED)
        server.close()
        stopped.cancel()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await desk.read_out()
        desk.commit.stop()
        await writing
        desk.close()
