"""Keys in the database: hashes only, revoked once, noted when used."""

import dataclasses
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from verdicts.ledger.access import key_table
from verdicts.ledger.access.key_table import ApiKey, find_key, key_digest, list_keys, still_valid
from verdicts.ledger.access.scopes import Scope
from verdicts.ledger.questions import KeyChange, KeyUsed, RevokeKey, Role, StoreKey
from verdicts.ledger.store import Writer

KEY = "dk_abcdefgh-the-rest-of-it"
STORED = StoreKey(key_digest(KEY).hex(), KEY[:11], "soc", Role.ANALYST, 100, 200)


def apply(connection: Connection, change: KeyChange) -> bool:
    with connection.begin():
        return key_table.apply(connection, change)


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    writer = Writer(url)
    assert apply(writer.connection(), STORED)
    yield writer.connection()
    writer.close()


def test_found_by_the_whole_key_only(connection: Connection) -> None:
    expected = ApiKey("dk_abcdefgh", "soc", Role.ANALYST, 100, 200, None, None)
    assert find_key(connection, KEY) == expected
    for wrong in (KEY[:-1], KEY + "x", "dk_abcdefgh", "", "x", "dk_\udcff\udcff", KEY.upper()):
        assert find_key(connection, wrong) is None


def test_the_key_itself_is_not_stored(connection: Connection) -> None:
    rows = connection.execute(text("SELECT * FROM api_key")).all()
    assert KEY not in repr(rows)
    assert KEY.encode() not in b"".join(
        value for row in rows for value in row if type(value) is bytes
    )


def test_a_key_or_prefix_is_stored_once(connection: Connection) -> None:
    assert not apply(connection, STORED)
    other = StoreKey(key_digest("dk_abcdefgh-other").hex(), KEY[:11], "x", Role.ADMIN, 1, None)
    assert not apply(connection, other)
    assert [key.role for key in list_keys(connection)] == [Role.ANALYST]


def test_use_and_revocation(connection: Connection) -> None:
    assert apply(connection, KeyUsed(KEY[:11], 150))
    assert apply(connection, RevokeKey(KEY[:11], 160))
    assert not apply(connection, RevokeKey(KEY[:11], 170))
    assert not apply(connection, RevokeKey("dk_nobody00", 170))
    (key,) = list_keys(connection)
    assert (key.last_used, key.revoked) == (150, 160)


def test_a_key_in_use_may_end(connection: Connection) -> None:
    with connection.begin():
        (key,) = list_keys(connection)
        assert still_valid(connection, key, 150)
        assert not still_valid(connection, key, 200)
        assert not still_valid(connection, dataclasses.replace(key, prefix="dk_nobody00"), 150)
    apply(connection, RevokeKey(KEY[:11], 160))
    assert not still_valid(connection, key, 150)


@pytest.mark.parametrize(
    "expires, revoked, now, valid",
    [
        (None, None, 10**17, True),
        (200, None, 199, True),
        (200, None, 200, False),
        (None, 150, 140, False),
    ],
)
def test_validity(expires: int | None, revoked: int | None, now: int, *, valid: bool) -> None:
    key = ApiKey("dk_abcdefgh", "soc", Role.VIEWER, 100, expires, revoked, None)
    assert key.valid(now) == valid


def test_an_unknown_prefix_is_as_much_work_as_a_wrong_key(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []

    def digest(key: str) -> bytes:
        hashed.append(key)
        return key_digest(key)

    monkeypatch.setattr(key_table, "key_digest", digest)
    wrong = [KEY[:-1] + "x", "dk_nobody00-and-so-on"]
    assert [find_key(connection, key) for key in wrong] == [None, None]
    assert hashed == wrong


def test_whoever_came_with_a_token_stays_until_it_ends(connection: Connection) -> None:
    person = ApiKey("oidc:ann", "ann", Role.VIEWER, 100, 200, None, None)
    with connection.begin():
        assert still_valid(connection, person, 199)
        assert not still_valid(connection, person, 200)


def test_scopes_are_kept(connection: Connection) -> None:
    limited = dataclasses.replace(
        STORED, hash="ab" * 32, prefix="dk_limited0", scopes=(Scope.STATS, Scope.METRICS)
    )
    assert apply(connection, limited)
    assert [key.scopes for key in list_keys(connection)] == [(), ("stats", "metrics")]
