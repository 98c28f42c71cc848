"""All sinks at work, each in a task of its own: one that hangs delays no other."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from verdicts.delivery.book import SinkBook
from verdicts.delivery.file import ExportFile
from verdicts.delivery.in_order import InOrder
from verdicts.delivery.retried import Retried
from verdicts.delivery.round import Round
from verdicts.delivery.settings import (
    AnySink,
    ExportSettings,
    SplunkSettings,
    SyslogSettings,
    WebhookSettings,
)
from verdicts.delivery.splunk import Splunk
from verdicts.delivery.syslog import Syslog
from verdicts.delivery.webhook import Webhook
from verdicts.ledger.event_log.feed import EventFeed
from verdicts.ledger.reading.queries import Reader

RESTART_SECONDS = 10.0
"""Until a sink that failed in a way nobody foresaw begins again."""
log = structlog.get_logger()


async def carry(
    sinks: Sequence[AnySink],
    database_url: str,
    ledger: Path,
    ready: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    """Deliver until `stop` is set; what is under way then is sent again by the next courier."""
    reader = Reader(database_url)
    feed = EventFeed(reader)
    try:
        async with feed.following():
            rounds = [make_round(one, SinkBook(one.name, ledger, reader), feed) for one in sinks]
            tasks = [asyncio.create_task(_keep(one), name=one.name) for one in rounds]
            ready()
            await stop.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        reader.close()


def make_round(settings: AnySink, book: SinkBook, feed: EventFeed) -> Round:
    match settings:
        case WebhookSettings():
            return Retried(settings, Webhook(settings), book, feed)
        case SyslogSettings():
            return InOrder(settings, Syslog(settings), book, feed)
        case SplunkSettings():
            return InOrder(settings, Splunk(settings), book, feed)
        case ExportSettings():
            return InOrder(settings, ExportFile(settings), book, feed)


async def _keep(one: Round) -> None:
    while True:
        try:
            await one.run()
        except Exception:
            log.exception("sink.failed", sink=one.name)
        await asyncio.sleep(RESTART_SECONDS)
