"""Keys that were right a while ago: while the database is away, they still open the metrics.

Whoever watches the service has to see then what is wrong.  Nothing can be revoked meanwhile.
"""

import hashlib
import time

from verdicts.ledger.access.key_table import ApiKey

KNOWN_SECONDS = 86_400.0
KEYS = 1000


class KnownKeys:
    """Belongs to one event loop; holds hashes of keys only."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[ApiKey, float]] = {}

    def note(self, presented: str, key: ApiKey | None) -> None:
        """Remember what the database says of the key; None: it knows none."""
        if key is None:
            self._known.pop(_hash(presented), None)
            return
        if len(self._known) >= KEYS:
            self._known.clear()
        self._known[_hash(presented)] = key, time.monotonic()

    def recall(self, presented: str) -> ApiKey | None:
        """Return what was said of the key in the last day."""
        key, noted = self._known.get(_hash(presented), (None, 0.0))
        return key if time.monotonic() - noted < KNOWN_SECONDS else None


def _hash(presented: str) -> bytes:
    return hashlib.sha256(presented.encode("utf-8", "surrogatepass")).digest()
