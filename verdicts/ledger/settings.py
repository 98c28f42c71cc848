"""Settings of the ledger."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from scanners.settings import MiB, Section

DRIVEN = "postgresql+psycopg"
SCHEMES = {"sqlite": "sqlite", "postgresql": DRIVEN, "postgres": DRIVEN, DRIVEN: DRIVEN}
"""What people write -> what SQLAlchemy is told."""


class DatabaseSettings(Section):
    """Where the verdict log lies."""

    url: str = Field(
        "",
        description="postgresql://user@host/database or sqlite:////file; empty: SQLite in the "
        "state directory. A password belongs in ~/.pgpass or in PGPASSWORD, not in this file.",
    )
    journal_bytes: int = Field(
        256 * MiB,
        ge=0,
        description="What verdicts may take in the state directory while the database is away; "
        "they are stored once it is back. 0: no journal.",
    )
    unrecorded: Literal["inspect", "refuse"] = Field(
        "inspect",
        description='When verdicts can be kept neither there nor in memory: "inspect" goes on, '
        'counts those that are lost and raises an alarm; "refuse" answers 503 until they can.',
    )

    @field_validator("url")
    @classmethod
    def _is_ours(cls, url: str) -> str:
        """Refuse what is not supported, and secrets: this file is read by many."""
        scheme, separator, place = url.partition("://")
        if url and not (separator and scheme in SCHEMES):
            raise ValueError("write postgresql://user@host/database or sqlite:////path/of/the/file")
        user = place.partition("/")[0].rpartition("@")[0]
        if scheme != "sqlite" and (":" in user or "password=" in place):
            raise ValueError("take the password out; libpq finds it in ~/.pgpass or PGPASSWORD")
        return url


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
    if not settings.url:
        return f"sqlite:///{(state / 'douane.sqlite').absolute()}"
    scheme, _, place = settings.url.partition("://")
    return f"{SCHEMES[scheme]}://{place}"
