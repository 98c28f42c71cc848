"""Where the database is, if nobody says."""

from pathlib import Path

from verdicts.ledger.settings import DatabaseSettings, database_url


def test_sqlite_in_the_state_directory() -> None:
    assert database_url(DatabaseSettings(), Path("/s")) == "sqlite:////s/douane.sqlite"


def test_configured_url_wins() -> None:
    url = "postgresql://douane@db/douane"
    assert database_url(DatabaseSettings(url=url), Path("/s")) == url
