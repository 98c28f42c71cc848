"""The reader of the verdict log: pages, single verdicts, contents, the summary."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import SQLAlchemyError

from verdicts.ledger.database import open_reader
from verdicts.ledger.questions import LogUnavailable
from verdicts.ledger.reading.contents import Content, content
from verdicts.ledger.reading.cursors import BadCursor, Cursors
from verdicts.ledger.reading.filters import Filters, Sort
from verdicts.ledger.reading.rows import FIELDS, as_json
from verdicts.ledger.reading.search import Row, Search
from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT
from verdicts.ledger.stats.summary import Summary, summarise
from verdicts.record import id_bytes

__all__ = ["FIELDS", "BadCursor", "Content", "Filters", "Page", "Reader", "Sort"]
PAGE_CHARACTERS = 8 * 1024 * 1024
"""A page that has more ends: strangers decide how much there is to say of a file."""
AT_ONCE = 100
"""Verdicts that are completed before its length is looked at."""
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
            data, end, length = list[dict[str, object]](), found.end, 0
            for start in range(0, len(found.rows), AT_ONCE):
                if length > PAGE_CHARACTERS:
                    end = search.behind(found.rows[start - 1])
                    break
                part = _complete(connection, found.rows[start : start + AT_ONCE], fields)
                data += (row for row, _ in part)
                length += sum(characters for _, characters in part)
        return Page(tuple(data), None if end is None else self._cursors.seal(end, about))

    def get(self, transfer_id: str) -> dict[str, object] | None:
        """Return one verdict, or None if the log has none of this id."""
        try:
            key = id_bytes(transfer_id)
        except ValueError:
            return None
        with self.connect() as connection:
            query = select(VERDICT).where(VERDICT.c.id == key)
            rows = [dict(row) for row in connection.execute(query).mappings()]
            return _complete(connection, rows, FIELDS)[0][0] if rows else None

    def content(self, sha256: str) -> tuple[Content, dict[str, object]] | None:
        """Return what is known of a content and its newest verdict; None if it never came."""
        with self.connect() as connection:
            known = content(connection, sha256)
            if known is None:
                return None
            query = select(VERDICT).where(VERDICT.c.id == known.newest)
            rows = [dict(row) for row in connection.execute(query).mappings()]
            return known, _complete(connection, rows, FIELDS)[0][0]

    def summary(self, since: int, until: int) -> Summary:
        """Count since <= time < until, in microseconds since 1970 UTC, exactly."""
        with self.connect() as connection:
            return summarise(connection, since, until)


def _complete(
    connection: Connection, verdicts: Sequence[Row], wanted: Collection[str]
) -> list[tuple[dict[str, object], int]]:
    """Return what is wanted of each, and about how many characters that is."""
    ids = [row["id"] for row in verdicts]
    detections = _children(connection, DETECTION, ids) if "detections" in wanted else {}
    unscanned = _children(connection, UNSCANNED, ids) if "unscanned" in wanted else {}
    completed = []
    for row in verdicts:
        found, missed = detections.get(row["id"], []), unscanned.get(row["id"], [])
        length = sum(map(_characters, (row, *found, *missed)))
        completed.append((as_json(row, found, missed, wanted), length))
    return completed


def _characters(row: Row) -> int:
    return sum(len(value) for value in row.values() if isinstance(value, str))


def _children(
    connection: Connection, table: Table, ids: Sequence[object]
) -> dict[object, list[Row]]:
    query = select(table).where(table.c.verdict.in_(ids)).order_by(table.c.position)
    children: dict[object, list[Row]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        children[row["verdict"]].append(dict(row))
    return children
