"""What a key may be limited to, within its role."""

from enum import StrEnum


class Scope(StrEnum):
    """Each route of the API needs one of these, or none that a limited key could have."""

    VERDICTS = "verdicts"
    STATS = "stats"
    SCANS = "scans"
    RULES = "rules"
    EVENTS = "events"
    HEALTH = "health"
    METRICS = "metrics"
    KEYS = "keys"
    AUDIT = "audit"
    PRIVACY = "privacy"
