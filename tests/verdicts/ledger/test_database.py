"""Engines and migrations, on a real file and a real server."""

import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, delete, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from verdicts.ledger.database import MIGRATIONS, migrate, open_reader, open_writer
from verdicts.ledger.entry import Entry, decode, encode
from verdicts.ledger.feedback import store_feedback
from verdicts.ledger.questions import StoreFeedback
from verdicts.ledger.reading.queries import Filters, Reader
from verdicts.ledger.schema import (
    DETECTION,
    FEEDBACK,
    MANY_KEYS,
    METADATA,
    ROLLUPS,
    UNSCANNED,
    VERDICT,
)
from verdicts.ledger.store import Writer
from verdicts.model import VerdictRecord
from verdicts.record import id_bytes, id_text


def tables(engine: Engine) -> dict[str, str]:
    """Return the statement that made each table and index of SQLite, without Alembic's own."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    return {name: " ".join(sql.split()) for name, sql in rows if "alembic" not in name}


SERVERS_OWN = {f"ix_rollup_{name}_key" for name in MANY_KEYS}
"""Indexes that SQLite does without."""


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_migrations_make_the_schema(url: str) -> None:
    engine = open_writer(url)
    migrate(engine)
    migrate(engine)  # the second time changes nothing
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    missing = {index.name for _, index in differences}
    assert missing == (SERVERS_OWN if url.startswith("sqlite") else set())
    engine.dispose()


def test_migrations_make_what_the_schema_makes(sqlite_url: str, tmp_path: Path) -> None:
    """Letter by letter: what a comparison does not look at is the same too."""
    migrated = open_writer(sqlite_url)
    migrate(migrated)
    direct = create_engine(f"sqlite:///{tmp_path}/direct.sqlite")
    METADATA.create_all(direct)
    assert tables(migrated) == tables(direct)
    migrated.dispose()
    direct.dispose()


@pytest.mark.server
def test_a_server_vacuums_what_is_read_from_an_index_alone(new_server_url: str) -> None:
    """Long before a fifth of a year is new."""
    engine = open_writer(new_server_url)
    migrate(engine)
    with engine.connect() as connection:
        query = text("SELECT relname, reloptions FROM pg_class WHERE relkind = 'r'")
        terms = {name: set(options or ()) for name, options in connection.execute(query)}
    engine.dispose()
    for table in ROLLUPS.values():
        for change in ("", "insert_"):
            assert f"autovacuum_vacuum_{change}scale_factor=0" in terms[table.name]
            assert f"autovacuum_vacuum_{change}threshold=10000" in terms[table.name]


def test_rows_of_older_versions_are_read(new_url: str, make_entry: Callable[..., Entry]) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    verdict = make_entry(1).verdict
    new = {"other_names", "other_types"}
    old = {name: value for name, value in verdict._asdict().items() if name not in new}
    engine = open_writer(new_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(insert(VERDICT).values(old))
    migrate(engine)
    engine.dispose()
    reader = Reader(new_url)
    (row,) = reader.page(Filters(), 10, None).data
    assert (row["file_name"], row["other_names"], row["other_types"]) == (verdict.file_name, [], [])
    reader.close()


def test_feedback_of_older_versions_is_kept(new_url: str, make_entry: Callable[..., Entry]) -> None:
    """By the key that has the name; where several have it, by the name."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    verdict = make_entry(1).verdict
    engine = open_writer(new_url)
    rows = [{"v": verdict.id, "a": name, "r": f"said {name}"} for name in ("ann", "bob", "cid")]
    keys = [("ann", "dk_ann"), ("bob", "dk_bob"), ("bob", "dk_bob2")]
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(insert(VERDICT).values(verdict._asdict()))
        connection.execute(text("INSERT INTO feedback VALUES (:v, :a, 5, 'missed', :r)"), rows)
        connection.execute(
            text(
                "INSERT INTO api_key (hash, prefix, name, role, created) "
                "VALUES (:h, :p, :n, 'analyst', 1)"
            ),
            [{"h": prefix.encode(), "p": prefix, "n": name} for name, prefix in keys],
        )
    migrate(engine)
    with engine.connect() as connection:
        query = select(FEEDBACK).order_by(FEEDBACK.c.author)
        found = connection.execute(query).mappings().all()
        left = inspect(connection).get_table_names()
    engine.dispose()
    assert [(row["credential"], row["author"], row["reason"]) for row in found] == [
        ("dk_ann", "ann", "said ann"),
        ("name:bob", "bob", "said bob"),
        ("name:cid", "cid", "said cid"),
    ]
    assert {(bytes(row["verdict"]), row["time"], row["kind"]) for row in found} == {
        (verdict.id, 5, "missed")
    }
    assert "feedback_by_name" not in left


@pytest.mark.server
def test_nodes_that_start_at_once_migrate_one_after_the_other(new_server_url: str) -> None:
    engines = [open_writer(new_server_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, engines))
    with engines[0].connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar() == 1


def test_children_go_with_their_verdict(url: str, make_entry: Callable[..., Entry]) -> None:
    writer = Writer(url)
    writer.write([make_entry(1), make_entry(2), make_entry(5)])
    said = StoreFeedback(id_text(make_entry(1).verdict.id), "dk_ann", "ann", 1, "missed", "bad")
    with writer.connection().begin():
        assert store_feedback(writer.connection(), said)
    with writer.connection().begin():
        writer.connection().execute(delete(VERDICT).where(VERDICT.c.id == make_entry(1).verdict.id))
        left = {
            table.name: set(writer.connection().scalars(select(table.c.verdict)))
            for table in (DETECTION, UNSCANNED, FEEDBACK)
        }
    writer.close()
    assert left == {
        "detection": {make_entry(2).verdict.id},
        "unscanned": {make_entry(2).verdict.id, make_entry(5).verdict.id},
        "feedback": set(),
    }


def test_reader_sees_one_state(url: str, make_entry: Callable[..., Entry]) -> None:
    writer, reader = Writer(url), Reader(url)
    count = select(func.count()).select_from(VERDICT)
    with reader.connect() as connection:
        before = connection.scalar(count)
        writer.write([make_entry(1)])
        assert connection.scalar(count) == before == 0
    with reader.connect() as connection:
        assert connection.scalar(count) == 1
    writer.close()
    reader.close()


@pytest.mark.server
def test_each_question_is_planned_for_its_own_words(postgresql_url: str) -> None:
    """Else the server goes over to one plan for all words when a question comes often."""
    engine = open_reader(postgresql_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW plan_cache_mode").scalar() == "force_custom_plan"
    engine.dispose()


@pytest.mark.server
def test_no_wait_for_the_server_is_endless(postgresql_url: str) -> None:
    for opened in (open_reader, open_writer):
        engine = opened(postgresql_url)
        with engine.connect() as connection:
            for wait in ("statement_timeout", "idle_in_transaction_session_timeout"):
                assert connection.exec_driver_sql(f"SHOW {wait}").scalar() not in (None, "0")
        engine.dispose()


@pytest.mark.server
def test_commits_are_waited_for_whatever_the_server_says(postgresql_url: str) -> None:
    engine = open_writer(f"{postgresql_url}&options=-csynchronous_commit%3Doff")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_text_that_no_database_takes_finds_what_is_in_its_place(
    url: str, make_record: Callable[..., VerdictRecord]
) -> None:
    record = make_record(1, user="a\0b")
    writer, reader = Writer(url), Reader(url)
    writer.write([decode(id_bytes(record.transfer.id), encode(record))])
    (row,) = reader.page(Filters(user="a\ufffdb"), 10).data
    assert row["user"] == "a\ufffdb"
    reader.page(Filters(user="a\0b"), 10)  # found or not: it is no error
    writer.close()
    reader.close()


@pytest.mark.server
def test_connections_that_a_restart_closed_are_opened_again(postgresql_url: str) -> None:
    engine = open_reader(postgresql_url)
    with engine.connect() as connection:
        own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with open_writer(postgresql_url).connect() as other:
        other.exec_driver_sql("SELECT pg_terminate_backend(%(pid)s::int)", {"pid": own})
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    engine.dispose()


def test_writer_is_durable(sqlite_url: str) -> None:
    with open_writer(sqlite_url).connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_writer_excludes_others_from_its_first_read(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_writer(sqlite_url)
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
    with reader.connect() as connection, pytest.raises(DBAPIError, match=r"read-?only"):
        connection.execute(text("DELETE FROM verdict"))
    reader.dispose()


@pytest.mark.parametrize("opened", [open_reader, open_writer])
def test_nobody_else_may_read_the_file(opened: object, sqlite_url: str, tmp_path: Path) -> None:
    engine = opened(sqlite_url)  # type: ignore[operator]
    with engine.connect():
        pass
    engine.dispose()
    assert stat.S_IMODE((tmp_path / "log.sqlite").stat().st_mode) == 0o600


@pytest.mark.parametrize("open_engine", [open_reader, open_writer])
def test_what_was_taken_away_is_not_begun_anew(
    tmp_path: Path, open_engine: Callable[[str], Engine]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/log.sqlite")
    (tmp_path / "log.sqlite").unlink()
    with pytest.raises(DBAPIError, match="put it back"):
        engine.connect()
    assert not (tmp_path / "log.sqlite").exists()
    engine.dispose()
