"""Requests with an Idempotency-Key, and what they were answered."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from verdicts.ledger.access.request_changes import (
    ClaimRequest,
    KeepAnswer,
    ReleaseRequest,
    RequestChange,
)
from verdicts.ledger.schema import REQUEST

KEPT_MICROSECONDS = 24 * 3600 * 1_000_000
IN_FLIGHT_MICROSECONDS = 15 * 60 * 1_000_000
"""Longer than any request may take: what is older was cut off by the end of a process."""
REQUESTS = 10_000
OF_AN_OWNER = 2_000
"""Beyond either number the oldest are forgotten."""
BODY_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a request that came before."""

    fingerprint: bytes
    """Empty as long as it is in flight."""
    status: int
    """0: it is in flight."""
    headers: str
    """JSON; empty if the answer itself was not kept."""
    body: bytes


def apply(connection: Connection, change: RequestChange) -> bool:
    """Change the table in the caller's transaction; return whether something changed.

    Raise ValueError for what no client of ours sends.
    """
    match change:
        case ClaimRequest():
            return _claim(connection, change)
        case KeepAnswer():
            return _keep(connection, change)
        case ReleaseRequest(owner, key):
            gone = delete(REQUEST).where(*_is(owner, key), REQUEST.c.status == 0)
            return connection.execute(gone).rowcount > 0


def find_request(connection: Connection, owner: str, key: str) -> Kept | None:
    row = connection.execute(select(REQUEST).where(*_is(owner, key))).first()
    return None if row is None else Kept(row.fingerprint, row.status, row.headers, row.body)


def _claim(connection: Connection, claim: ClaimRequest) -> bool:
    connection.execute(delete(REQUEST).where(REQUEST.c.time < claim.now - KEPT_MICROSECONDS))
    same = _is(claim.owner, claim.key)
    cut_off = (REQUEST.c.status == 0, REQUEST.c.time < claim.now - IN_FLIGHT_MICROSECONDS)
    connection.execute(delete(REQUEST).where(*same, *cut_off))
    if connection.scalar(select(REQUEST.c.key).where(*same)) is not None:
        return False
    _make_room(connection, OF_AN_OWNER, REQUEST.c.owner == claim.owner)
    _make_room(connection, REQUESTS)
    row = {
        "owner": claim.owner,
        "key": claim.key,
        "time": claim.now,
        "fingerprint": b"",
        "status": 0,
        "headers": "",
        "body": b"",
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(REQUEST).values(row))
    except IntegrityError:  # the ledger of another node was quicker
        return False
    return True


def _make_room(connection: Connection, most: int, *among: ColumnElement[bool]) -> None:
    """Leave place for one more."""
    count = connection.scalar(select(func.count()).select_from(REQUEST).where(*among)) or 0
    if count < most:
        return
    oldest = select(REQUEST.c.owner, REQUEST.c.key).where(*among)
    oldest = oldest.order_by(REQUEST.c.time).limit(count - most + 1)
    for owner, key in connection.execute(oldest).all():
        connection.execute(delete(REQUEST).where(*_is(owner, key)))


def _keep(connection: Connection, answer: KeepAnswer) -> bool:
    body = answer.body.encode()
    if len(body) > BODY_BYTES:
        raise ValueError("too large to be kept")
    kept = {
        "fingerprint": bytes.fromhex(answer.fingerprint),
        "status": answer.status,
        "headers": answer.headers,
        "body": body,
    }
    query = update(REQUEST).where(*_is(answer.owner, answer.key)).values(kept)
    return connection.execute(query).rowcount > 0


def _is(owner: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return (REQUEST.c.owner == owner, REQUEST.c.key == key)
