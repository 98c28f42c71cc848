"""The reader of the verdict log: pages, single verdicts, the summary."""

import base64
import struct
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select
from sqlalchemy.exc import SQLAlchemyError

from verdicts.ledger.database import open_reader
from verdicts.ledger.questions import LogUnavailable
from verdicts.ledger.rows import as_json
from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT
from verdicts.ledger.summary import Summary, summarise
from verdicts.record import id_bytes

_CURSOR = struct.Struct(">q16s")


class BadCursor(ValueError):
    """Not a cursor that a page gave."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which verdicts to list; None leaves a field open.  Texts match exactly."""

    since: int | None = None
    """Microseconds since 1970 UTC: since <= time < until."""
    until: int | None = None
    action: str | None = None
    level: str | None = None
    channel: str | None = None
    direction: str | None = None
    user: str | None = None
    client_ip: str | None = None
    sha256: str | None = None
    code: str | None = None
    """Some detection has this code; with `name`, the same detection has both."""
    name: str | None = None
    """The engine's own name of a detection."""


@dataclass(frozen=True, slots=True)
class Page:
    data: tuple[dict[str, object], ...]
    """Verdicts as `verdicts.record.as_row` gives them, newest first."""
    next: str | None
    """Cursor of the page after this one; None if this is the last."""


class Reader:
    """Reads the log; safe for several threads.  Every method may raise LogUnavailable."""

    def __init__(self, url: str) -> None:
        self._engine = open_reader(url)

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

    def page(self, filters: Filters, limit: int, cursor: str | None = None) -> Page:
        """Return up to `limit` verdicts; raise BadCursor."""
        query = select(VERDICT).where(*_conditions(filters))
        if cursor is not None:
            time, last = _decode_cursor(cursor)
            query = query.where(
                VERDICT.c.time <= time, or_(VERDICT.c.time < time, VERDICT.c.id < last)
            )
        query = query.order_by(VERDICT.c.time.desc(), VERDICT.c.id.desc()).limit(limit + 1)
        with self.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
            more = len(rows) > limit
            data = _complete(connection, rows[:limit])
        if not more:
            return Page(data, None)
        last_row = rows[limit - 1]
        packed = _CURSOR.pack(last_row["time"], last_row["id"])
        return Page(data, base64.urlsafe_b64encode(packed).decode())

    def get(self, transfer_id: str) -> dict[str, object] | None:
        """Return one verdict, or None if the log has none of this id."""
        try:
            key = id_bytes(transfer_id)
        except ValueError:
            return None
        with self.connect() as connection:
            query = select(VERDICT).where(VERDICT.c.id == key)
            rows = [dict(row) for row in connection.execute(query).mappings()]
            return _complete(connection, rows)[0] if rows else None

    def summary(self, since: int, until: int) -> Summary:
        """Count since <= time < until, in microseconds since 1970 UTC, exactly."""
        with self.connect() as connection:
            return summarise(connection, since, until)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    found: list[ColumnElement[bool]] = []
    for field in fields(filters):
        wanted = getattr(filters, field.name)
        if wanted is None:
            continue
        match field.name:
            case "since":
                where.append(VERDICT.c.time >= wanted)
                found.append(DETECTION.c.time >= wanted)
            case "until":
                where.append(VERDICT.c.time < wanted)
                found.append(DETECTION.c.time < wanted)
            case "code" | "name":
                found.append(DETECTION.c[field.name] == wanted)
            case column:
                where.append(VERDICT.c[column] == wanted)
    if filters.code is not None or filters.name is not None:
        where.append(VERDICT.c.id.in_(select(DETECTION.c.verdict).where(and_(*found))))
    return where


def _complete(
    connection: Connection, verdicts: Sequence[dict[str, object]]
) -> tuple[dict[str, object], ...]:
    ids = [row["id"] for row in verdicts]
    detections = _children(connection, DETECTION, ids)
    unscanned = _children(connection, UNSCANNED, ids)
    return tuple(as_json(row, detections[row["id"]], unscanned[row["id"]]) for row in verdicts)


def _children(
    connection: Connection, table: Table, ids: Sequence[object]
) -> dict[object, list[dict[str, object]]]:
    query = select(table).where(table.c.verdict.in_(ids)).order_by(table.c.position)
    children: dict[object, list[dict[str, object]]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        children[row["verdict"]].append(dict(row))
    return children


def _decode_cursor(cursor: str) -> tuple[int, bytes]:
    try:
        time, last = _CURSOR.unpack(base64.urlsafe_b64decode(cursor))
    except (ValueError, struct.error) as error:
        raise BadCursor("not a cursor of this list") from error
    return time, last
