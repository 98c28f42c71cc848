"""Engines and migrations, on a real file."""

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, insert, text
from sqlalchemy.exc import OperationalError

from verdicts.ledger.database import MIGRATIONS, migrate, open_reader, open_writer
from verdicts.ledger.entry import Entry
from verdicts.ledger.queries import Filters, Reader
from verdicts.ledger.schema import METADATA, VERDICT


def tables(engine: Engine) -> dict[str, str]:
    """Return the statement that made each table and index, without Alembic's own."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    return {name: " ".join(sql.split()) for name, sql in rows if "alembic" not in name}


def test_migrations_make_the_schema(url: str, tmp_path: Path) -> None:
    migrated = open_writer(url)
    migrate(migrated)
    direct = create_engine(f"sqlite:///{tmp_path}/direct.sqlite")
    METADATA.create_all(direct)
    assert tables(migrated) == tables(direct)
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    migrated.dispose()
    direct.dispose()


def test_migrating_again_changes_nothing(url: str) -> None:
    engine = open_writer(url)
    migrate(engine)
    before = tables(engine)
    migrate(engine)
    assert tables(engine) == before


def test_rows_of_older_versions_are_read(url: str, make_entry: Callable[..., Entry]) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    verdict = make_entry(1).verdict
    new = {"other_names", "other_types"}
    old = {name: value for name, value in verdict._asdict().items() if name not in new}
    engine = open_writer(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(insert(VERDICT).values(old))
    migrate(engine)
    engine.dispose()
    reader = Reader(url)
    (row,) = reader.page(Filters(), 10, None).data
    assert (row["file_name"], row["other_names"], row["other_types"]) == (verdict.file_name, [], [])
    reader.close()


def test_writer_is_durable(url: str) -> None:
    with open_writer(url).connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_writer_excludes_others_from_its_first_read(url: str, tmp_path: Path) -> None:
    engine = open_writer(url)
    migrate(engine)
    other = sqlite3.connect(tmp_path / "log.sqlite", timeout=0)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT count(*) FROM verdict"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("DELETE FROM verdict")
    other.close()


def test_reader_cannot_write(url: str) -> None:
    migrate(open_writer(url))
    reader = open_reader(url)
    with reader.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(text("DELETE FROM verdict"))
    reader.dispose()


@pytest.mark.parametrize("opened", [open_reader, open_writer])
def test_nobody_else_may_read_the_file(opened: object, url: str, tmp_path: Path) -> None:
    engine = opened(url)  # type: ignore[operator]
    with engine.connect():
        pass
    engine.dispose()
    assert stat.S_IMODE((tmp_path / "log.sqlite").stat().st_mode) == 0o600
