"""All sinks at work, each in a task of its own: one that hangs delays no other."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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

THREADS, THREADS_A_SINK = 8, 6
"""A look-up of a name, or a write to a file server, may hang for long: it is not to keep a thread
from the other sinks."""
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
    threads = ThreadPoolExecutor(THREADS + THREADS_A_SINK * len(sinks), "courier")
    asyncio.get_running_loop().set_default_executor(threads)
    reader = Reader(database_url)
    feed = EventFeed(reader)
    try:
        async with feed.following():
            tasks = [
                asyncio.create_task(
                    _keep(one, SinkBook(one.name, ledger, reader), feed), name=one.name
                )
                for one in sinks
            ]
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


async def _keep(settings: AnySink, book: SinkBook, feed: EventFeed) -> None:
    """Run one sink for ever; what it cannot be built for, or fails by, is noted in its book."""
    while True:
        try:
            await make_round(settings, book, feed).run()
        except Exception as error:
            log.exception("sink.failed", sink=settings.name)
            await _note_failure(book, f"a fault of Douane's: {type(error).__name__}; see its log")
        await asyncio.sleep(RESTART_SECONDS)


async def _note_failure(book: SinkBook, reason: str) -> None:
    """Never raises: it may be the book that fails."""
    try:
        await book.open()
        await book.away(reason)
    except Exception as error:
        log.warning("sink.not_noted", sink=book.name, reason=type(error).__name__)
