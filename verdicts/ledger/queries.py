"""The reader of the verdict log: pages, single verdicts, contents, the summary."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import SQLAlchemyError

from verdicts.ledger.contents import Content, content
from verdicts.ledger.cursors import BadCursor, Cursors
from verdicts.ledger.database import open_reader
from verdicts.ledger.filters import Filters, Sort
from verdicts.ledger.questions import LogUnavailable
from verdicts.ledger.rows import FIELDS, as_json
from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT
from verdicts.ledger.search import Row, Search
from verdicts.ledger.summary import Summary, summarise
from verdicts.record import id_bytes

__all__ = ["FIELDS", "BadCursor", "Content", "Filters", "Page", "Reader", "Sort"]
NEEDED = ("id", "time", "size")
"""What a cursor is made of."""


@dataclass(frozen=True, slots=True)
class Page:
    data: tuple[dict[str, object], ...]
    """Verdicts as `verdicts.record.as_row` gives them, or the fields of them that were wanted."""
    next: str | None
    """Cursor of the page after this one; None if this is the last.

    A page before the last may hold fewer verdicts than it was asked for, even none.
    """


class Reader:
    """Reads the log; safe for several threads.  Every method may raise LogUnavailable.

    Cursors are good for this reader only.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_reader(url)
        self._cursors = Cursors(secrets.token_bytes(32))

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Give a read transaction: all its queries see one state of the log."""
        try:
            with self._engine.connect() as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise LogUnavailable("the verdict log cannot be read") from error

    def page(
        self,
        filters: Filters,
        limit: int,
        cursor: str | None = None,
        *,
        sort: Sort = Sort.NEWEST,
        fields: Collection[str] = FIELDS,
    ) -> Page:
        """Return up to `limit` verdicts; raise BadCursor."""
        about = repr((filters, sort.value))
        after = None if cursor is None else self._cursors.open(cursor, about)
        names = [column.name for column in VERDICT.c if column.name in {*fields, *NEEDED}]
        search = Search(filters, sort, [VERDICT.c[name] for name in names])
        with self.connect() as connection:
            found = search.page(connection, after, limit)
            data = _complete(connection, found.rows, fields)
        return Page(data, None if found.end is None else self._cursors.seal(found.end, about))

    def get(self, transfer_id: str) -> dict[str, object] | None:
        """Return one verdict, or None if the log has none of this id."""
        try:
            key = id_bytes(transfer_id)
        except ValueError:
            return None
        with self.connect() as connection:
            query = select(VERDICT).where(VERDICT.c.id == key)
            rows = [dict(row) for row in connection.execute(query).mappings()]
            return _complete(connection, rows, FIELDS)[0] if rows else None

    def content(self, sha256: str) -> tuple[Content, dict[str, object]] | None:
        """Return what is known of a content and its newest verdict; None if it never came."""
        with self.connect() as connection:
            known = content(connection, sha256)
            if known is None:
                return None
            query = select(VERDICT).where(VERDICT.c.id == known.newest)
            rows = [dict(row) for row in connection.execute(query).mappings()]
            return known, _complete(connection, rows, FIELDS)[0]

    def summary(self, since: int, until: int) -> Summary:
        """Count since <= time < until, in microseconds since 1970 UTC, exactly."""
        with self.connect() as connection:
            return summarise(connection, since, until)


def _complete(
    connection: Connection, verdicts: Sequence[Row], wanted: Collection[str]
) -> tuple[dict[str, object], ...]:
    ids = [row["id"] for row in verdicts]
    detections = _children(connection, DETECTION, ids) if "detections" in wanted else {}
    unscanned = _children(connection, UNSCANNED, ids) if "unscanned" in wanted else {}
    return tuple(
        as_json(row, detections.get(row["id"], ()), unscanned.get(row["id"], ()), wanted)
        for row in verdicts
    )


def _children(
    connection: Connection, table: Table, ids: Sequence[object]
) -> dict[object, list[Row]]:
    query = select(table).where(table.c.verdict.in_(ids)).order_by(table.c.position)
    children: dict[object, list[Row]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        children[row["verdict"]].append(dict(row))
    return children
