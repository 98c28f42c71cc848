"""How the staged rule set does on live traffic, in numbers."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, slots=True)
class ShadowStatus:
    """What one front knows of the staged set; counted since it began there."""

    ruleset: str
    compared: int = 0
    would_block: int = 0
    """Passed, and would have been blocked or held."""
    would_pass: int = 0
    """The other way round."""
    skipped: int = 0
    """Not compared: it was busy."""
    failed: int = 0
    """Not compared: it ran out of time, or broke."""
    unlisted: int = 0
    """Counted above, but not in the list of events: there were too many at once."""


def total(fronts: Iterable[ShadowStatus | None], ruleset: str) -> dict[str, int]:
    """Return what all fronts together counted for a staged set; zeros if none tries it."""
    names = [field.name for field in fields(ShadowStatus) if field.name != "ruleset"]
    rows = [asdict(front) for front in fronts if front is not None and front.ruleset == ruleset]
    return {name: sum(row[name] for row in rows) for name in names}
