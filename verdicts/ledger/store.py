"""The writer of the verdict log: one transaction a group of records, each id counted once."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from verdicts.ledger.database import migrate, open_writer
from verdicts.ledger.rollups import Rollups
from verdicts.ledger.rows import detection_row, unscanned_row, verdict_row
from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT
from verdicts.model import VerdictRecord
from verdicts.record import id_bytes


class Writer:
    """Holds one connection; for one thread at a time.  Opening brings the schema up to date."""

    def __init__(self, url: str) -> None:
        self._engine = open_writer(url)
        migrate(self._engine)
        self._rollups = Rollups()
        self._open: Connection | None = None

    def connection(self) -> Connection:
        """Return the connection, opened anew after a failure; the caller begins and commits."""
        if self._open is None:
            self._open = self._engine.connect()
        return self._open

    def close(self) -> None:
        """Also after a failure: the next use opens a new connection."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def write(self, records: Sequence[VerdictRecord]) -> list[VerdictRecord]:
        """Store the records in one transaction, durable on return; return those that were new."""
        connection = self.connection()
        with connection.begin():
            unique = {id_bytes(record.transfer.id): record for record in records}
            known = select(VERDICT.c.id).where(VERDICT.c.id.in_(unique))
            for (stored,) in connection.execute(known):
                del unique[stored]
            new = list(unique.values())
            if new:
                self._insert(connection, new)
        return new

    def _insert(self, connection: Connection, records: Sequence[VerdictRecord]) -> None:
        verdicts = [verdict_row(record) for record in records]
        connection.execute(insert(VERDICT), verdicts)
        detections = [
            detection_row(verdict, position, found)
            for verdict, record in zip(verdicts, records)
            for position, found in enumerate(record.ruling.verdict.detections)
        ]
        if detections:
            connection.execute(insert(DETECTION), detections)
        unscanned = [
            unscanned_row(verdict, position, part)
            for verdict, record in zip(verdicts, records)
            for position, part in enumerate(record.ruling.verdict.unscanned)
        ]
        if unscanned:
            connection.execute(insert(UNSCANNED), unscanned)
        self._rollups.add(connection, records)
