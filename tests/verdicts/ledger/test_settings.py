"""Where the database is, and what its URL may say."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from verdicts.ledger.settings import DatabaseSettings, database_url

OPENED = [
    ("", "sqlite:////s/douane.sqlite"),
    ("sqlite:////var/log.sqlite", "sqlite:////var/log.sqlite"),
    ("postgresql://douane@db/douane", "postgresql+psycopg://douane@db/douane"),
    ("postgres:///douane?host=/run/pg", "postgresql+psycopg:///douane?host=/run/pg"),
    ("postgresql+psycopg://db/douane?passfile=/p", "postgresql+psycopg://db/douane?passfile=/p"),
]
REFUSED = [
    ("douane.sqlite", "write postgresql://"),
    ("mysql://db/douane", "write postgresql://"),
    ("postgresql+asyncpg://db/douane", "write postgresql://"),
    ("postgresql://douane:hunter2@db/douane", "take the password out"),
    ("postgres://db/douane?password=hunter2", "take the password out"),
    ("postgresql://db/douane?user=x&sslpassword=hunter2", "take the password out"),
]


@pytest.mark.parametrize("url, opened", OPENED)
def test_url_that_is_opened(url: str, opened: str) -> None:
    settings = DatabaseSettings(url=url)
    assert database_url(settings, Path("/s")) == opened
    children = DatabaseSettings(url=opened)
    assert database_url(children, Path("/s")) == opened, "they are told what is in force"


@pytest.mark.parametrize("url, fix", REFUSED)
def test_url_that_is_refused(url: str, fix: str) -> None:
    with pytest.raises(ValidationError) as refused:
        DatabaseSettings(url=url)
    (error,) = refused.value.errors()
    assert fix in error["msg"]
    assert "hunter2" not in error["msg"], "what people read in the end"
