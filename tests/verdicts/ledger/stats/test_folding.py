"""Keys that are merged: nothing is lost, each step is small, steps may be repeated."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from verdicts.ledger.entry import Entry
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.stats import folding
from verdicts.ledger.stats.buckets import Granularity, Span, floor
from verdicts.ledger.stats.folding import fold_bucket, fold_keys, rename_key
from verdicts.ledger.stats.sums import Sum
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
START = microseconds(FIRST)
DAY = 86_400_000_000
USER = ROLLUPS["user"]


@pytest.fixture
def connection(url: str, make_entry: Callable[..., Entry]) -> Iterator[Connection]:
    """Ten days, each with ann once, bob twice, cem three times, "" and other once."""
    writer = Writer(url)
    words = ("ann", "bob", "bob", "cem", "cem", "cem", "", "other")
    entries = [
        make_entry(10 * day + place, user=word, received_at=FIRST + timedelta(days=day))
        for day in range(10)
        for place, word in enumerate(words)
    ]
    writer.write(entries)
    with writer.connection().begin():
        yield writer.connection()
    writer.close()


def stored(connection: Connection, granularity: Granularity, start: int) -> dict[str, int]:
    query = select(USER.c.user, USER.c.transfers).where(
        USER.c.granularity == int(granularity), USER.c.bucket == start
    )
    return {user: count for user, count in connection.execute(query)}  # noqa: C416


def total(connection: Connection) -> tuple[int, ...]:
    query = select(*(func.sum(USER.c[name]) for name in Sum._fields))
    return tuple(int(one) for one in connection.execute(query).one())


def pseudonym(word: str) -> str:
    return word if word.startswith("~") else f"~{len(word)}"


def test_rare_keys_become_other(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "KEYS_A_BUCKET", 2)
    before = total(connection)
    for _ in range(2):
        fold_bucket(connection, "user", Granularity.DAY, START)
        assert stored(connection, Granularity.DAY, START) == {"bob": 2, "cem": 3, "other": 3}
    assert stored(connection, Granularity.DAY, START + DAY)["ann"] == 1
    assert total(connection) == before


def test_keys_get_other_names(connection: Connection) -> None:
    before = total(connection)
    span: Span | None = Span(Granularity.DAY, START + DAY, START + 9 * DAY)
    while span is not None:
        span = fold_keys(connection, "user", span, pseudonym)
    for day in range(10):
        renamed = {"~3": 6, "": 1, "other": 1}
        kept = {"ann": 1, "bob": 2, "cem": 3, "": 1, "other": 1}
        found = stored(connection, Granularity.DAY, START + day * DAY)
        assert found == (renamed if 0 < day < 9 else kept)
    assert total(connection) == before
    hour = floor(Granularity.HOUR, START + DAY)
    assert stored(connection, Granularity.HOUR, hour)["cem"] == 3  # of no other granularity


def test_a_step_is_small_and_may_be_repeated(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "STEP_ROWS", 12)  # two days of five, and a part
    span = Span(Granularity.DAY, START, START + 10 * DAY)
    for _ in range(2):
        rest = fold_keys(connection, "user", span, pseudonym)
        assert rest is not None
        assert (rest.granularity, rest.end) == (span.granularity, span.end)
        assert "ann" not in stored(connection, Granularity.DAY, START)
        assert "ann" in stored(connection, Granularity.DAY, rest.start)
    steps = 1
    while rest is not None:
        rest, steps = fold_keys(connection, "user", rest, pseudonym), steps + 1
    assert steps in {4, 5}
    for day in range(10):
        assert set(stored(connection, Granularity.DAY, START + day * DAY)) == {"~3", "", "other"}


def test_a_new_name_may_be_there_already(connection: Connection) -> None:
    span = Span(Granularity.MONTH, START, START + 1)
    assert fold_keys(connection, "user", span, lambda word: "cem") is None
    assert stored(connection, Granularity.MONTH, START)["cem"] == 60


def test_nothing_to_do(connection: Connection) -> None:
    before = stored(connection, Granularity.DAY, START)
    assert fold_keys(connection, "user", Span(Granularity.DAY, 0, START), pseudonym) is None
    assert fold_keys(connection, "user", Span(Granularity.DAY, 0, START + 1), str) is None
    assert stored(connection, Granularity.DAY, START) == before


def test_one_key_gets_another_name(connection: Connection) -> None:
    before = total(connection)
    span = Span(Granularity.DAY, START + DAY, START + 9 * DAY)
    assert rename_key(connection, "user", span, "cem", "bob")
    assert not rename_key(connection, "user", span, "cem", "bob")
    for day in range(10):
        renamed = {"ann": 1, "bob": 5, "": 1, "other": 1}
        kept = {"ann": 1, "bob": 2, "cem": 3, "": 1, "other": 1}
        found = stored(connection, Granularity.DAY, START + day * DAY)
        assert found == (renamed if 0 < day < 9 else kept)
    assert total(connection) == before
