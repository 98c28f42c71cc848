"""Moments as people type them: how long ago, or RFC 3339."""

import argparse
import re
from datetime import UTC, datetime, timedelta

from verdicts.model import utc_now

AGO = re.compile(r"([0-9]{1,6})([smhdw])", re.ASCII)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str) -> datetime:
    """Return the moment of "24h", "7d" (so long ago) or "2026-01-31T12:00:00Z".

    Raises ArgumentTypeError, whose text says what is meant.
    """
    ago = AGO.fullmatch(text)
    try:
        if ago:
            return utc_now() - timedelta(**{UNITS[ago[2]]: int(ago[1])})
        found = datetime.fromisoformat(text)
        if "T" in text.upper() and found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise argparse.ArgumentTypeError("a time is like 30m, 24h, 7d, 2w or 2026-01-31T12:00:00Z")
