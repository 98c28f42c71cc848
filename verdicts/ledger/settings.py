"""Settings of the ledger."""

from pathlib import Path

from pydantic import Field

from scanners.settings import Section


class DatabaseSettings(Section):
    """Where the verdict log lies."""

    url: str = Field(
        "",
        description="SQLAlchemy URL; empty: SQLite in the state directory. A password belongs "
        "in the environment or in ~/.pgpass, not in this file.",
    )


def database_url(settings: DatabaseSettings, state: Path) -> str:
    """Return the URL to open: the configured one, or `douane.sqlite` in the state directory."""
    return settings.url or f"sqlite:///{(state / 'douane.sqlite').absolute()}"
