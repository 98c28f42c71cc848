"""A PostgreSQL of our own on a Unix socket: a cluster in a folder, a fresh database a test."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from bench.servers.daemon import Daemon
from bench.servers.processes import descendants

USER = "postgres"
"""Of Debian's package; the server refuses to run as root."""
ROLE = "douane"
"""Owns the databases and is no superuser, as docs/storage.md has it."""
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "log_min_messages": "warning",
}
KEEP_ALL = """
DO $$ DECLARE name text; BEGIN
CREATE SCHEMA kept;
CREATE TABLE kept.sequences AS
    SELECT sequencename, last_value FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL;
FOR name IN
    SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
LOOP
    EXECUTE format('CREATE TABLE kept.%1$I AS TABLE %1$I', name);
END LOOP;
END $$
"""
RESET_ALL = """
DO $$ DECLARE name text; filled boolean; BEGIN
PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
SET LOCAL session_replication_role = replica;  -- no triggers, those of the audit too
FOR name IN
    SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %I', name); END IF;
    IF to_regclass(format('kept.%I', name)) IS NOT NULL THEN
        EXECUTE format('INSERT INTO %1$I OVERRIDING SYSTEM VALUE SELECT * FROM kept.%1$I', name);
    END IF;
END LOOP;
FOR name IN
    SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', name);
END LOOP;
IF to_regclass('kept.sequences') IS NOT NULL THEN
    PERFORM setval(quote_ident(sequencename), last_value) FROM kept.sequences;
END IF;
END $$
"""
"""To truncate all tables takes four times as long."""


class Postgresql(Daemon):
    """One cluster, whose `folder` has to be short enough for a Unix socket.

    Without `sync` a power cut may destroy it; a killed process loses nothing either way.  `memory`
    is that of its cache.  `vacuum`: it does so by itself, as servers do.
    """

    def __init__(
        self, folder: Path, *, sync: bool = False, memory: str = "32MB", vacuum: bool = False
    ) -> None:
        self.folder = folder
        self._numbers = count(1)
        self._data = folder / "data"
        settings = {**SETTINGS, "unix_socket_directories": str(folder), "shared_buffers": memory}
        settings["autovacuum"] = "on" if vacuum else "off"
        if not sync:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        words = [word for pair in settings.items() for word in ("-c", "=".join(pair))]
        super().__init__(
            "postgresql",
            _unprivileged([_program("postgres"), "-D", str(self._data), *words]),
            folder / "postgresql.log",
            self._answers,
        )

    def start(self) -> None:
        first = not self._data.exists()
        if first:
            self._make_cluster()
        super().start()
        if first:
            self._run(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))

    def stop(self) -> int | None:
        """End it at once, but orderly: on SIGTERM it would wait for its clients."""
        if self.running:
            os.kill(self.pid, signal.SIGINT)
        return super().stop()

    def kill(self) -> None:
        """Kill every process of the server; `start` recovers what was committed."""
        parts = descendants(self.pid)
        super().kill()
        for pid in parts:
            with suppress(ProcessLookupError):  # it may have noticed by itself
                os.kill(pid, signal.SIGKILL)

    def create_database(self) -> str:
        """Return the SQLAlchemy URL of a new, empty database."""
        name = f"douane_{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} OWNER {}")
        self._run(statement.format(sql.Identifier(name), sql.Identifier(ROLE)))
        return f"postgresql+psycopg://{ROLE}@/{name}?host={self.folder}"

    def keep_database(self, url: str) -> None:
        """Remember all rows for `reset_database`."""
        self._run(KEEP_ALL, _name(url))

    def reset_database(self, url: str) -> None:
        """Delete every row but those that are kept, and end every connection.

        Much faster than a new database.  The version of the schema stays.
        """
        self._run(RESET_ALL, _name(url))

    def drop_database(self, url: str) -> None:
        """Forget the database, whoever is still connected."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(_name(url))))

    def _run(self, statement: LiteralString | sql.Composed, database: str = USER) -> None:
        place = str(self.folder)
        with psycopg.connect(host=place, user=USER, dbname=database, autocommit=True) as server:
            server.execute(statement)

    def _answers(self) -> bool:
        try:
            psycopg.connect(host=str(self.folder), user=USER, dbname=USER).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_cluster(self) -> None:
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER)
            shutil.chown(self._data, USER)
        command = [_program("initdb"), "-D", str(self._data), "-U", USER, "-A", "trust"]
        command += ["--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"]
        subprocess.run(_unprivileged(command), check=True, capture_output=True, timeout=60)


def _name(url: str) -> str:
    return url.rpartition("?")[0].rpartition("/")[2]


def _program(name: str) -> str:
    """Return the newest of the installed versions; Debian has them outside the search path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else name


def _unprivileged(command: Sequence[str]) -> list[str]:
    """Return the command as a user who is not root runs it; it keeps the process id."""
    if os.geteuid() != 0:
        return list(command)
    user = pwd.getpwnam(USER)
    identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return ["setpriv", *identity, "--", *command]
