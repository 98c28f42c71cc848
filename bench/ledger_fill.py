"""Fills an empty verdict log fast: rows first, then their indexes, then the counts."""

from collections.abc import Callable, Iterable, Sequence

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table, insert

from bench.ledger_rows import BATCH
from verdicts.ledger.database import is_sqlite, migrate, open_writer
from verdicts.ledger.entry import Entry
from verdicts.ledger.migrations.first_counts import fill as count
from verdicts.ledger.schema import DETECTION, ROLLUPS, UNSCANNED, VERDICT
from verdicts.ledger.statements import ManyRows
from verdicts.ledger.stats.sums import key_columns

TABLES = (VERDICT, DETECTION, UNSCANNED)
TOLD_EVERY = 50 * BATCH
HASTE = {
    "sqlite": ("PRAGMA synchronous=OFF", "PRAGMA cache_size=-524288"),
    "postgresql": (
        "SET statement_timeout = 0",
        "SET synchronous_commit = off",
        "SET maintenance_work_mem = '512MB'",
        "SET work_mem = '256MB'",
    ),
}
Rows = Sequence[tuple[object, ...]]


def fill(url: str, batches: Iterable[list[Entry]], tell: Callable[[str], None]) -> None:
    """Bring the log to the newest schema and write the entries, rows, indexes and counts."""
    engine = open_writer(url)
    migrate(engine)
    with engine.connect() as connection:
        for statement in HASTE[engine.dialect.name]:
            connection.connection.cursor().execute(statement)
        connection.connection.commit()
        with connection.begin():
            for index in (index for table in TABLES for index in table.indexes):
                index.drop(connection)
        stored = 0
        for batch in batches:
            with connection.begin():
                for table, rows in zip(TABLES, _rows(batch)):
                    _write(connection, table, rows)
            stored += len(batch)
            if stored % TOLD_EVERY < len(batch):
                tell(f"{stored:,} rows")
        for index in (index for table in TABLES for index in table.indexes):
            tell(f"index {index.name}")
            with connection.begin():
                index.create(connection)
        for dimension, table in ROLLUPS.items():
            tell(f"counts by {dimension}")
            with connection.begin():
                count(connection, dimension, [column.name for column in key_columns(table)])
    engine.dispose()
    if not is_sqlite(url):
        _vacuum(url)


def _rows(batch: Sequence[Entry]) -> tuple[Rows, Rows, Rows]:
    return (
        [verdict for verdict, _, _ in batch],
        [
            (verdict.id, position, verdict.time, *found)
            for verdict, detections, _ in batch
            for position, found in enumerate(detections)
        ],
        [
            (verdict.id, position, verdict.time, *missed)
            for verdict, _, unscanned in batch
            for position, missed in enumerate(unscanned)
        ],
    )


def _write(connection: Connection, table: Table, rows: Rows) -> None:
    if connection.dialect.name != "postgresql":
        ManyRows(insert(table), connection.dialect).run(connection, rows)
        return
    server: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table.name))
    with server.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _vacuum(url: str) -> None:
    """Do what the server's autovacuum does in time."""
    engine = open_writer(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()
