"""Settings of the ledger."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from scanners.settings import Section


class DatabaseSettings(Section):
    """Where the verdict log lies."""

    url: str = Field(
        "",
        description="SQLAlchemy URL; empty: SQLite in the state directory. A password belongs "
        "in the environment or in ~/.pgpass, not in this file.",
    )


class EventSettings(Section):
    """What happens, as it happens: for streams and deliveries."""

    verdicts: Literal["notable", "all"] = Field(
        "notable",
        description='Transfers of which there is an event: "notable" is whatever was not found '
        'clean and allowed; "all" is every one.',
    )
    kept: int = Field(
        200_000, ge=1000, le=2_000_000, description="Events kept; the oldest go first."
    )
    kept_days: float = Field(30, gt=0, le=3650, description="Age at which an event goes.")


DEFAULT_EVENTS = EventSettings()


def database_url(settings: DatabaseSettings, state: Path) -> str:
    """Return the URL to open: the configured one, or `douane.sqlite` in the state directory."""
    return settings.url or f"sqlite:///{(state / 'douane.sqlite').absolute()}"
