"""Opening the database: engines for the one writer and for readers, and the migrations."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import NullPool, QueuePool

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 5
WRITER_PRAGMAS = (
    "journal_mode=WAL",
    # For groups of allowed transfers too: there are few a second of those, and with NORMAL
    # nothing would bound what a power cut can take.
    "synchronous=FULL",
    # In KiB.  A hash falls anywhere in its index: the default of 2 MiB reads a page a record
    # from 30,000 records on, and the default checkpoint (4 MiB) comes after every other group.
    "cache_size=-32768",
    "wal_autocheckpoint=8000",
)


def open_writer(url: str) -> Engine:
    """Return an engine whose transactions exclude other writers from their first statement."""
    if not _is_sqlite(url):
        return create_engine(url, poolclass=NullPool)
    _keep_private(url)
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _on_connect(*WRITER_PRAGMAS))
    event.listen(engine, "begin", _begin_immediate)
    return engine


def open_reader(url: str) -> Engine:
    """Return an engine that cannot write to SQLite."""
    if not _is_sqlite(url):
        return create_engine(url, poolclass=QueuePool, pool_size=8)
    _keep_private(url)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=8,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _on_connect("query_only=ON"))
    event.listen(engine, "begin", _begin)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest version, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _keep_private(url: str) -> None:
    """Create the file readable by its owner only; SQLite gives its other files the same mode."""
    path = make_url(url).database
    if path:
        with suppress(OSError):  # the engine reports it better
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _on_connect(*pragmas: str) -> Callable[[DBAPIConnection, object], None]:
    def configure(connection: DBAPIConnection, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours, see below
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return configure


def _begin(connection: Connection) -> None:
    """Begin at the first read, so that several queries see one state of the log.

    Left to itself the sqlite3 module begins at the first INSERT, after the look-up of duplicates.
    """
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
