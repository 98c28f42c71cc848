"""The embedded database: copied while it is written, and looked over for damage."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from verdicts.ledger.database import MIGRATIONS
from verdicts.ledger.schema import ROLLUPS, VERDICT
from verdicts.ledger.stats.buckets import WIDTHS, Granularity, floor

STEP_PAGES = 5000
"""Copied between two words of progress: 20 MiB."""
CHECKED_DAYS = 7
"""Whose verdicts are compared with their counts."""
MOST_FAULTS = 20


class NotEmbedded(Exception):
    """The log is on a server: its own tools copy it."""


def database_file(url: str) -> Path:
    """Return where the embedded database lies; raise NotEmbedded."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise NotEmbedded("the verdict log is not in a file of ours")
    return Path(parsed.database)


def copy_database(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """Copy one state of the database, on disk on return; writers go on meanwhile.

    `progress` is told pages done and pages in all.  Raises FileExistsError, OSError,
    sqlite3.Error.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    with closing(_open(source)) as old, closing(sqlite3.connect(target)) as new:
        # A read transaction of ours pins the state: else each commit would start the copy anew
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        old.backup(
            new, pages=STEP_PAGES, progress=lambda _, left, total: progress(total - left, total)
        )
        new.execute("PRAGMA journal_mode=DELETE")  # one file, without companions


def faults(path: Path) -> Iterator[str]:
    """Yield what is wrong with a database, a sentence each; nothing if all is well."""
    try:
        with closing(_open(path)) as connection:
            told = connection.execute(f"PRAGMA integrity_check({MOST_FAULTS})")
            broken = [text for (text,) in told if text != "ok"]
            for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(
                MOST_FAULTS
            ):
                broken.append(f"row {row} of {table} hangs on a row of {parent} that is not there")
        yield from broken
        if not broken:
            yield from _of_ours(path)
    except sqlite3.DatabaseError as error:
        yield f"it is no sound database: {error}"


def _of_ours(path: Path) -> Iterator[str]:
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    try:
        with engine.connect() as connection:
            yield from _wrong_version(connection)
            yield from _wrong_counts(connection)
    except SQLAlchemyError as error:
        yield f"it is not the log that this Douane writes: {error.__class__.__name__}"
    finally:
        engine.dispose()


def _wrong_version(connection: Connection) -> Iterator[str]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = ScriptDirectory.from_config(config)
    found = MigrationContext.configure(connection).get_current_revision()
    if found not in {revision.revision for revision in known.walk_revisions()}:
        yield f"its version {found} is not known: it was written by a newer Douane"


def _wrong_counts(connection: Connection) -> Iterator[str]:
    """Compare the last whole days: their counts, and the verdicts themselves."""
    newest = connection.scalar(select(func.max(VERDICT.c.time)))
    if newest is None:
        return
    day = WIDTHS[Granularity.DAY]
    last = floor(Granularity.DAY, newest)
    table = ROLLUPS["action"]
    for start in range(last - (CHECKED_DAYS - 1) * day, last + day, day):
        within = VERDICT.c.time >= start, VERDICT.c.time < start + day
        there = connection.scalar(select(func.count()).where(*within)) or 0
        counted = connection.scalar(
            select(func.sum(table.c.transfers)).where(
                table.c.granularity == int(Granularity.DAY), table.c.bucket == start
            )
        )
        if there > (counted or 0):  # fewer than counted is erasure and retention
            yield f"a day has {there} verdicts, and {counted or 0} were counted"


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
