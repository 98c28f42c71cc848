"""Does a key still hold: looked up once a second for all streams that were opened with it."""

import asyncio
import time

from verdicts.ledger.access.key_table import ApiKey, still_valid
from verdicts.ledger.reading.queries import Reader
from verdicts.model import utc_now
from verdicts.record import microseconds

VALID_SECONDS = 1.0
KEYS = 1000


class KeyWatch:
    """Belongs to one event loop."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._seen: dict[ApiKey, float] = {}
        """When it was last found to hold; monotonic seconds."""

    async def holds(self, key: ApiKey) -> bool:
        """Whether it has neither been revoked nor expired, a second ago; raise LogUnavailable."""
        now = time.monotonic()
        if now - self._seen.get(key, -VALID_SECONDS) < VALID_SECONDS:
            return True
        if len(self._seen) >= KEYS:
            self._seen.clear()
        if not await asyncio.to_thread(self._still_valid, key):
            self._seen.pop(key, None)
            return False
        self._seen[key] = now
        return True

    def _still_valid(self, key: ApiKey) -> bool:
        with self._reader.connect() as connection:
            return still_valid(connection, key, microseconds(utc_now()))
