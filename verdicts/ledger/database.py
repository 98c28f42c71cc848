"""Opening the database: engines for the one writer and for readers, and the migrations."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.abc import Buffer
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import NullPool, QueuePool

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 5
POOL_SIZE = 8
WRITER_PRAGMAS = (
    "journal_mode=WAL",
    # For groups of allowed transfers too: there are few a second of those, and with NORMAL
    # nothing would bound what a power cut can take.
    "synchronous=FULL",
    # In KiB.  A hash falls anywhere in its index: the default of 2 MiB reads a page a record
    # from 30,000 records on, and the default checkpoint (4 MiB) comes after every other group.
    "cache_size=-32768",
    "wal_autocheckpoint=8000",
    # Off unless asked for.  Costs a group of 2,000 records 3 % (docs/decisions/0016).
    "foreign_keys=ON",
)
STATEMENT_SECONDS = 30
MIGRATION_LOCK = 0x646F75616E65  # "douane": nodes that start at once migrate one after the other
SERVER_TERMS = (
    # Else a lock that somebody forgot, or a machine that vanished, would hold us for ever.
    f"SET statement_timeout = '{STATEMENT_SECONDS}s'",
    "SET idle_in_transaction_session_timeout = '60s'",
    "SET jit = off",  # compiling takes longer than any query of ours
)
WRITER_TERMS = (
    *SERVER_TERMS,
    "SET lock_timeout = '10s'",
    # A commit that nobody waited for is no record; what a server asks beyond "on" stays.
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'",
)
STATEMENTS = 1000
"""Of different shape that are kept compiled: those of the statistics are some 200.  0.2 MB each."""
READER_TERMS = (
    *SERVER_TERMS,
    # A rare word and a common one want different indexes; a plan for any word takes a hundred
    # times as long for some.
    "SET plan_cache_mode = force_custom_plan",
    "SET max_parallel_workers_per_gather = 0",  # to start them takes as long as to do it alone
)
SERVER_CONNECTION: dict[str, object] = {
    "application_name": "douane",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def open_writer(url: str) -> Engine:
    """Return an engine whose transactions are durable once committed.

    In SQLite they exclude other writers from their first statement.
    """
    if not is_sqlite(url):
        return _open_server(url, WRITER_TERMS, poolclass=NullPool)
    _keep_private(url)
    engine = create_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS}
    )
    event.listen(engine, "do_connect", _begin_no_other)
    event.listen(engine, "connect", _on_connect(*WRITER_PRAGMAS))
    event.listen(engine, "begin", _begin_immediate)
    return engine


def open_reader(url: str) -> Engine:
    """Return an engine that cannot write; a transaction of it sees one state of the log."""
    if not is_sqlite(url):
        return _open_server(
            url,
            READER_TERMS,
            poolclass=QueuePool,
            pool_size=POOL_SIZE,
            pool_timeout=BUSY_SECONDS,
            query_cache_size=STATEMENTS,
            pool_pre_ping=True,  # a server that was restarted has closed them all
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        )
    _keep_private(url)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        pool_timeout=BUSY_SECONDS,
        query_cache_size=STATEMENTS,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "do_connect", _begin_no_other)
    event.listen(engine, "connect", _on_connect("query_only=ON"))
    event.listen(engine, "begin", _begin)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest version, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # A table that is made anew for a change is dropped: its children would go with it.
            # Inside of a transaction the pragma does nothing.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if engine.dialect.name == "postgresql":
                # An index on a large table takes its time, and so may another node.
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _open_server(url: str, terms: tuple[str, ...], **options: object) -> Engine:
    given = make_url(url).query
    arguments = {key: value for key, value in SERVER_CONNECTION.items() if key not in given}
    # What a statement was about may be hostile, or secret: neither belongs into a log.
    engine = create_engine(url, hide_parameters=True, connect_args=arguments, **options)
    event.listen(engine, "connect", _on_server(*terms))
    return engine


def _on_server(*terms: str) -> Callable[[psycopg.Connection, object], None]:
    def configure(connection: psycopg.Connection, _record: object) -> None:
        connection.adapters.register_dumper(str, _StorableText)
        connection.autocommit = True  # what is set in a transaction ends with it
        for statement in terms:
            connection.execute(statement)
        connection.autocommit = False

    return configure


class _StorableText(StrDumperUnknown):
    """PostgreSQL takes no NUL: in a filter it stands for what is stored in its place."""

    def dump(self, text: str) -> Buffer | None:
        return super().dump(text.replace("\0", "\ufffd"))


def _keep_private(url: str) -> None:
    """Create the file readable by its owner only; SQLite gives its other files the same mode."""
    path = make_url(url).database
    if path:
        with suppress(OSError):  # the engine reports it better
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _begin_no_other(_dialect: object, _record: object, place: list[str], _: object) -> None:
    """Refuse what was taken away: SQLite would begin an empty database in its place."""
    if not os.path.exists(place[0]):
        raise sqlite3.OperationalError("the database file is gone; put it back, or start again")


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
