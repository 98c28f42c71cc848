"""The writer of the verdict log: one transaction a group of entries, each id counted once."""

import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from verdicts.ledger.database import is_sqlite, migrate, open_writer
from verdicts.ledger.entry import Entry
from verdicts.ledger.event_log.verdict_events import add_verdict_events
from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT
from verdicts.ledger.settings import DEFAULT_EVENTS, EventSettings
from verdicts.ledger.statements import ManyRows
from verdicts.ledger.stats.rollups import Rollups


class FileGone(Exception):
    """The database's file is not where it was: what is written into it now, nobody would find."""


class Writer:
    """Holds one connection; for one thread at a time.  Opening brings the schema up to date."""

    def __init__(self, url: str, events: EventSettings = DEFAULT_EVENTS) -> None:
        self._engine = open_writer(url)
        migrate(self._engine)
        dialect = self._engine.dialect
        self._verdicts = ManyRows(insert(VERDICT), dialect)
        self._detections = ManyRows(insert(DETECTION), dialect)
        self._unscanned = ManyRows(insert(UNSCANNED), dialect)
        self._rollups = Rollups(dialect)
        self._events = events
        self._open: Connection | None = None
        name = self._engine.url.database
        self._file = Path(name) if name and is_sqlite(url) else None
        self._opened: os.stat_result | None = None

    def connection(self) -> Connection:
        """Return the connection, opened anew after a failure; the caller begins and commits.

        Raise FileGone if a file was removed, or another put in its place, while we had it open.
        """
        if self._open is None:
            self._open = self._engine.connect()
            self._opened = self._file.stat() if self._file else None
        elif self._opened and not self._is_there(self._opened):
            raise FileGone(f"{self._file} was removed or replaced; put it back, or start again")
        return self._open

    def _is_there(self, opened: os.stat_result) -> bool:
        try:
            return self._file is not None and os.path.samestat(self._file.stat(), opened)
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Also after a failure: the next use opens a new connection."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def write(self, entries: Sequence[Entry]) -> list[Entry]:
        """Store the entries in one transaction, durable on return; return those that were new."""
        unique = list({entry.verdict.id: entry for entry in entries}.values())
        try:
            self._insert(unique)
        except IntegrityError:  # some were sent again: too rare to look for in every group
            unique = self._unknown(unique)
            self._insert(unique)
        return unique

    def _unknown(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return those that are not stored; nobody else writes, so that this remains true."""
        connection = self.connection()
        ids = [entry.verdict.id for entry in entries]
        with connection.begin():
            stored = set(connection.scalars(select(VERDICT.c.id).where(VERDICT.c.id.in_(ids))))
        return [entry for entry in entries if entry.verdict.id not in stored]

    def _insert(self, entries: Sequence[Entry]) -> None:
        connection = self.connection()
        with self._rollups.unless_undone(), connection.begin():
            self._verdicts.run(connection, [entry.verdict for entry in entries])
            self._detections.run(
                connection,
                [
                    (verdict.id, position, verdict.time, *found)
                    for verdict, detections, _ in entries
                    for position, found in enumerate(detections)
                ],
            )
            self._unscanned.run(
                connection,
                [
                    (verdict.id, position, verdict.time, *missed)
                    for verdict, _, unscanned in entries
                    for position, missed in enumerate(unscanned)
                ],
            )
            self._rollups.add(connection, entries)
            add_verdict_events(connection, entries, self._events)
