"""What the log knows of one content, whoever sent it under whatever name."""

from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    case,
    distinct,
    func,
    select,
)

from verdicts.ledger.schema import DETECTION, VERDICT
from verdicts.model import Direction

EXAMINED = 10_000
"""Transfers of which more than their number is told: the newest ones."""
NAMES = 50
"""File names, and detections, that are told: the most frequent ones."""


@dataclass(frozen=True, slots=True)
class FoundIn:
    code: str
    scanner: str
    name: str
    level: str
    transfers: int


@dataclass(frozen=True, slots=True)
class Content:
    """Times in microseconds since 1970 UTC; what follows `examined` is of that many transfers."""

    sha256: str
    newest: bytes
    """Id of the last transfer."""
    first_seen: int
    last_seen: int
    transfers: int
    examined: int
    senders: int
    """Users that uploaded it, or addresses where no user is known."""
    recipients: int
    """As `senders`, of downloads."""
    names: dict[str, int]
    """Transfers by file name, most frequent first."""
    by_action: dict[str, int]
    by_level: dict[str, int]
    by_channel: dict[str, int]
    detections: tuple[FoundIn, ...]
    """Most frequent first."""


def content(connection: Connection, sha256: str) -> Content | None:
    """Return what is known of it; None if it never came."""
    same = VERDICT.c.sha256 == sha256
    times = select(func.min(VERDICT.c.time), func.max(VERDICT.c.time), func.count()).where(same)
    first, last, transfers = connection.execute(times).one()
    newest = select(VERDICT).where(same).order_by(VERDICT.c.time.desc(), VERDICT.c.id.desc())
    if not transfers:
        return None
    seen = newest.limit(EXAMINED).subquery("seen")
    senders, recipients = connection.execute(_people(seen)).one()
    return Content(
        sha256=sha256,
        newest=connection.scalars(newest.with_only_columns(VERDICT.c.id).limit(1)).one(),
        first_seen=first,
        last_seen=last,
        transfers=transfers,
        examined=min(transfers, EXAMINED),
        senders=senders,
        recipients=recipients,
        names=_counts(connection, seen.c.file_name),
        by_action=_counts(connection, seen.c.action),
        by_level=_counts(connection, seen.c.level),
        by_channel=_counts(connection, seen.c.channel),
        detections=_detections(connection, seen),
    )


def _people(seen: Subquery) -> Select[int, int]:
    who = case((seen.c.user != "", seen.c.user), else_=seen.c.client_ip)
    sent, received = (
        func.count(distinct(case((seen.c.direction == direction.value, who))))
        for direction in (Direction.UPLOAD, Direction.DOWNLOAD)
    )
    return select(sent, received)


def _counts(connection: Connection, column: ColumnElement[str]) -> dict[str, int]:
    count = func.count().label("count")
    query = select(column, count).group_by(column).order_by(count.desc(), column).limit(NAMES)
    words = connection.execute(query).all()
    return {word: number for word, number in words}  # noqa: C416 - a row is no pair to mypy


def _detections(connection: Connection, seen: Subquery) -> tuple[FoundIn, ...]:
    """Count each transfer once, however often the same was found in it."""
    columns = (DETECTION.c.code, DETECTION.c.scanner, DETECTION.c.name, DETECTION.c.level)
    transfers = func.count(distinct(DETECTION.c.verdict)).label("transfers")
    query = (
        select(*columns, transfers)
        .where(DETECTION.c.verdict.in_(select(seen.c.id)))
        .group_by(*columns)
        .order_by(transfers.desc(), *columns)
        .limit(NAMES)
    )
    return tuple(FoundIn(*row) for row in connection.execute(query))
