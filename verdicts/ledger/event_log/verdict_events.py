"""Events of transfers, stored with their verdicts: what streams and deliveries tell of them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from scanners.model import DetectionLevel, Level
from verdicts.ledger.entry import Entry, Found
from verdicts.ledger.event_log.events import store_events
from verdicts.ledger.event_log.new_events import as_data
from verdicts.ledger.settings import EventSettings
from verdicts.model import Action
from verdicts.record import LEVEL_WORDS

KIND = "verdict"
CODES = 10
"""Different codes, and different reasons, that an event names; the verdict has all of them."""
WORST_FIRST = tuple(
    level.value
    for level in (DetectionLevel.MALICIOUS, DetectionLevel.SUSPICIOUS, DetectionLevel.INFO)
)


def add_verdict_events(
    connection: Connection, entries: Sequence[Entry], settings: EventSettings
) -> None:
    """Store an event of each of these new entries that deserves one, in their transaction."""
    rows = [
        (entry.verdict.time, KIND, entry.verdict.ruleset[:64], entry.verdict.id, event_data(entry))
        for entry in entries
        if settings.verdicts == "all" or notable(entry)
    ]
    store_events(connection, rows)


def notable(entry: Entry) -> bool:
    """Whether it was anything but found clean and allowed."""
    verdict = entry.verdict
    return (
        verdict.action != Action.ALLOW.value
        or verdict.wanted != Action.ALLOW.value
        or verdict.level != LEVEL_WORDS[Level.CLEAN]
    )


def event_data(entry: Entry) -> str:
    """Return what the event says, as JSON of some KiB; its texts are untrusted."""
    verdict, detections, unscanned = entry
    return as_data(
        {
            "action": verdict.action,
            "wanted": verdict.wanted,
            "enforced": verdict.enforced,
            "clause": verdict.clause,
            "level": verdict.level,
            "channel": verdict.channel,
            "direction": verdict.direction,
            "user": verdict.user,
            "client_ip": verdict.client_ip,
            "file_name": verdict.file_name,
            "true_type": verdict.true_type,
            "size": verdict.size,
            "sha256": verdict.sha256,
            "detection": _worst(detections),
            "codes": _few(found.code for found in detections),
            "unscanned": _few(part.reason for part in unscanned),
        }
    )


def _worst(detections: Sequence[Found]) -> dict[str, object] | None:
    if not detections:
        return None
    worst = min(detections, key=lambda found: WORST_FIRST.index(found.level))
    return {"code": worst.code, "name": worst.name}


def _few(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))[:CODES]
