"""What `douane doctor` says of one part."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, but not as well as it should
    BROKEN = "broken"  # files are blocked or not inspected because of it


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    health: Health
    state: str
    """Version or condition, one line."""
    fix: str = ""
    """What to do, one sentence; empty if nothing."""
