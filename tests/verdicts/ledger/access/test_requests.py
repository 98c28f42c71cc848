"""Requests that are answered once: claimed, kept, forgotten; on every database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, func, select

from verdicts.ledger.access import requests
from verdicts.ledger.access.request_changes import (
    ClaimRequest,
    KeepAnswer,
    ReleaseRequest,
    RequestChange,
)
from verdicts.ledger.access.requests import (
    BODY_BYTES,
    IN_FLIGHT_MICROSECONDS,
    KEPT_MICROSECONDS,
    Kept,
    find_request,
)
from verdicts.ledger.schema import REQUEST
from verdicts.ledger.store import Writer

NOW = 10**15
PRINT = "ab" * 32


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    writer = Writer(url)
    yield writer.connection()
    writer.close()


def apply(connection: Connection, change: RequestChange) -> bool:
    with connection.begin():
        return requests.apply(connection, change)


def find(connection: Connection, owner: str, key: str) -> Kept | None:
    with connection.begin():
        return find_request(connection, owner, key)


def count(connection: Connection) -> int | None:
    with connection.begin():
        return connection.scalar(select(func.count()).select_from(REQUEST))


def test_claimed_once_by_each_owner(connection: Connection) -> None:
    assert apply(connection, ClaimRequest("ann", "k", NOW))
    assert not apply(connection, ClaimRequest("ann", "k", NOW + 1))
    assert apply(connection, ClaimRequest("bob", "k", NOW + 1))
    assert apply(connection, ClaimRequest("ann", "K", NOW + 1))
    assert find(connection, "ann", "k") == Kept(b"", 0, "", b"")
    assert find(connection, "ann", "other") is None


def test_answer_is_kept_and_not_released(connection: Connection) -> None:
    answer = KeepAnswer("ann", "k", PRINT, 201, '{"a": "b"}', "é\0")
    assert not apply(connection, answer)
    apply(connection, ClaimRequest("ann", "k", NOW))
    assert apply(connection, answer)
    assert not apply(connection, ReleaseRequest("ann", "k"))
    kept = Kept(bytes.fromhex(PRINT), 201, '{"a": "b"}', "é\0".encode())
    assert find(connection, "ann", "k") == kept
    assert not apply(connection, ClaimRequest("ann", "k", NOW + KEPT_MICROSECONDS))
    assert apply(connection, ClaimRequest("ann", "k", NOW + KEPT_MICROSECONDS + 1))


def test_released_claim_is_free(connection: Connection) -> None:
    apply(connection, ClaimRequest("ann", "k", NOW))
    assert apply(connection, ReleaseRequest("ann", "k"))
    assert apply(connection, ClaimRequest("ann", "k", NOW))


def test_claim_of_a_process_that_died_ends(connection: Connection) -> None:
    apply(connection, ClaimRequest("ann", "k", NOW))
    later = NOW + IN_FLIGHT_MICROSECONDS
    assert not apply(connection, ClaimRequest("ann", "k", later))
    assert apply(connection, ClaimRequest("ann", "k", later + 1))


def test_no_more_than_there_is_room_for(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "OF_AN_OWNER", 3)
    monkeypatch.setattr(requests, "REQUESTS", 5)
    for number in range(6):
        apply(connection, ClaimRequest("ann", f"k{number}", NOW + number))
    assert find(connection, "ann", "k2") is None
    assert find(connection, "ann", "k3")
    assert count(connection) == 3
    for number in range(3):
        apply(connection, ClaimRequest("bob", f"k{number}", NOW + 10 + number))
    assert count(connection) == 5
    assert find(connection, "ann", "k3") is None


def test_too_large_an_answer_is_refused(connection: Connection) -> None:
    apply(connection, ClaimRequest("ann", "k", NOW))
    with pytest.raises(ValueError, match="too large"):
        apply(connection, KeepAnswer("ann", "k", PRINT, 200, "{}", "x" * (BODY_BYTES + 1)))


def test_other_node_was_quicker(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row appears between our look and our insert."""
    apply(connection, ClaimRequest("ann", "k", NOW))
    monkeypatch.setattr(Connection, "scalar", lambda *_: None)
    assert not apply(connection, ClaimRequest("ann", "k", NOW + 1))
