"""Hash lists at work: what is blocked, here and in whatever holds it, and what is allowed.

Blocked is found by a worker, in every content that the walk reaches.  Allowed is said by the front,
which alone hashed the file: it excuses what all engines found, so no worker's word counts for it.
"""

import hashlib
from collections.abc import Callable
from datetime import date

from scanners.budget import Budget
from scanners.hash_lists import SHOWN_DIGITS, HashList, blocked_name, utc_day
from scanners.model import Code, Content, Detection, DetectionLevel, Report

STEP_BYTES = 16 * 1024 * 1024
"""Hashed between two looks at the clock."""


class HashScanner:
    """Holds each content against the blocked hashes; costs nothing while none is listed."""

    name = "hashes"

    def __init__(self, blocked: HashList, today: Callable[[], date] = utc_day) -> None:
        """`today` tells the day, UTC, at each scan: a worker lives long."""
        self._blocked = blocked
        self._today = today

    def scan(self, content: Content, budget: Budget) -> Report:
        """Return a detection if the content is listed; raise DeadlinePassed."""
        if not self._blocked or not content.view:
            return Report()
        digest = bytes.fromhex(content.sha256) or _digest(content.view, budget)
        listed = self._blocked.find(digest, self._today())
        if listed is None:
            return Report()
        found = Detection(
            Code.HASH_BLOCKED,
            self.name,
            blocked_name(digest),
            DetectionLevel.MALICIOUS,
            content.path,
            listed.told,
        )
        return Report(detections=(found,))


def allowed_report(allowed: HashList, sha256: str, today: date | None = None) -> Report:
    """Return what the list of allowed files says of a whole transferred file.

    `sha256`: 64 hex digits, or empty if the file was not seen whole.  `today`: UTC, None for now.
    """
    if not allowed or not sha256:
        return Report()
    listed = allowed.find(bytes.fromhex(sha256), today or utc_day())
    if listed is None:
        return Report()
    found = Detection(
        Code.HASH_ALLOWED,
        HashScanner.name,
        f"Allowed.{sha256[:SHOWN_DIGITS]}",
        DetectionLevel.INFO,
        (),
        listed.told,
    )
    return Report(detections=(found,))


def _digest(view: memoryview, budget: Budget) -> bytes:
    digest = hashlib.sha256()
    for start in range(0, len(view), STEP_BYTES):
        budget.seconds_left()
        digest.update(view[start : start + STEP_BYTES])
    return digest.digest()
