"""Logging: one JSON object a line on standard error; the message is the name of an event."""

import contextlib
import logging
import os
from typing import TextIO, cast

import structlog

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


class _StandardError:
    """Writes whole lines; a log that cannot be written must not stop the service."""

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            os.write(2, text.encode("utf-8", "backslashreplace"))

    def flush(self) -> None:
        pass


def configure_logging(process: str) -> None:
    """Set up structlog for this process.

    All from INFO on is for a log that is kept; on a terminal people read, between the lines that
    are for them, what is out of order.  DOUANE_LOG=info or debug shows more.
    """
    usual = "warning" if os.isatty(2) else "info"
    level = LEVELS.get(os.environ.get("DOUANE_LOG", ""), LEVELS[usual])
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _StandardError())),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
