"""An event as the API shows it and as deliveries send it."""

import json

from verdicts.ledger.event_log.events import Event
from verdicts.record import rfc3339


def event_row(event: Event) -> dict[str, object]:
    """Return what becomes JSON; every text in it is untrusted."""
    return {
        "id": event.id,
        "time": rfc3339(event.time),
        "kind": event.kind,
        "ruleset": event.ruleset,
        "verdict": event.verdict or None,
        "data": json.loads(event.data),
    }
