"""Sessions: found by what the browser holds, ended by time, by sign-out and with their key."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from verdicts.ledger.access import key_table, sessions
from verdicts.ledger.access.session_changes import (
    EndSession,
    SessionChange,
    SessionSeen,
    StartSession,
)
from verdicts.ledger.access.sessions import SESSIONS_A_KEY, find_session, session_digest
from verdicts.ledger.questions import RevokeKey, Role, StoreKey
from verdicts.ledger.store import Writer

PREFIX = "dk_12345678"
KEY = StoreKey("ab" * 32, PREFIX, "ann", Role.ANALYST, 1, 10_000)
IDLE = 100


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    writer = Writer(url)
    connection = writer.connection()
    with connection.begin():
        key_table.apply(connection, KEY)
    yield connection
    writer.close()


def apply(connection: Connection, change: SessionChange) -> bool:
    with connection.begin():
        return sessions.apply(connection, change)


def start(connection: Connection, token: str, now: int = 10, expires: int = 1000) -> bool:
    return apply(connection, StartSession(session_digest(token), PREFIX, now, expires))


def valid(connection: Connection, token: str, now: int) -> bool:
    with connection.begin():
        found = find_session(connection, token)
    return found is not None and found.valid(now, IDLE)


def test_found_with_its_key(connection: Connection) -> None:
    assert start(connection, "token")
    with connection.begin():
        found = find_session(connection, "token")
        assert find_session(connection, "other") is None
    assert found is not None
    assert (found.key.name, found.key.role) == ("ann", Role.ANALYST)
    assert (found.created, found.seen, found.expires) == (10, 10, 1000)


def test_the_database_holds_no_token(connection: Connection) -> None:
    start(connection, "token")
    with connection.begin():
        assert find_session(connection, session_digest("token")) is None


def test_ends_when_unused_or_old(connection: Connection) -> None:
    start(connection, "token")
    assert valid(connection, "token", 10 + IDLE - 1)
    assert not valid(connection, "token", 10 + IDLE)
    for now in range(60, 1000, 60):
        assert apply(connection, SessionSeen(session_digest("token"), now))
    assert valid(connection, "token", 999)
    assert not valid(connection, "token", 1000)


def test_use_is_never_noted_backwards(connection: Connection) -> None:
    start(connection, "token", now=50)
    assert not apply(connection, SessionSeen(session_digest("token"), 40))
    assert not apply(connection, SessionSeen(session_digest("other"), 60))
    assert valid(connection, "token", 149)


def test_ends_with_its_key(connection: Connection) -> None:
    start(connection, "token")
    with connection.begin():
        assert key_table.apply(connection, RevokeKey(PREFIX, 20))
    assert not valid(connection, "token", 21)


def test_sign_out(connection: Connection) -> None:
    start(connection, "token")
    assert apply(connection, EndSession(session_digest("token")))
    assert not apply(connection, EndSession(session_digest("token")))
    assert not valid(connection, "token", 20)


def test_a_key_that_is_unknown_starts_nothing(connection: Connection) -> None:
    change = StartSession(session_digest("token"), "dk_nobody00", 10, 1000)
    assert not apply(connection, change)


def test_a_key_has_few_sessions_and_old_ones_go(connection: Connection) -> None:
    start(connection, "old", now=1, expires=5)
    for number in range(SESSIONS_A_KEY + 1):
        start(connection, f"token {number}", now=10 + number)
    with connection.begin():
        assert find_session(connection, "old") is None
        assert find_session(connection, "token 0") is None
        assert find_session(connection, "token 1") is not None
