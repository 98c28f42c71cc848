"""A person is forgotten: nothing names them any more, and the counts are as they were."""

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, select

from verdicts.ledger.age import erasure
from verdicts.ledger.age.erasure import apply_erasure, erasures
from verdicts.ledger.age.erasure_changes import Erasure
from verdicts.ledger.entry import Entry
from verdicts.ledger.event_log.events import add_events
from verdicts.ledger.questions import EventRow
from verdicts.ledger.schema import DETECTION, EVENT, UNSCANNED, VERDICT
from verdicts.ledger.stats.statistics import top
from verdicts.ledger.store import Writer

NUMBERS = range(60)


@pytest.fixture
def connection(url: str, make_entry: Callable[..., Entry]) -> Iterator[Connection]:
    writer = Writer(url)
    writer.write([make_entry(number) for number in NUMBERS])
    yield writer.connection()
    writer.close()


def erase(connection: Connection, user: str) -> None:
    with connection.begin():
        asked = list(erasures(connection, user))
    for one, again in asked:
        while done(connection, one) and again:
            pass


def done(connection: Connection, one: Erasure) -> bool:
    with connection.begin():
        return apply_erasure(connection, one)


def everything(connection: Connection) -> str:
    tables = (VERDICT, DETECTION, UNSCANNED, EVENT)
    with connection.begin():
        return repr([connection.execute(select(table)).all() for table in tables])


def counts(connection: Connection, entries: list[Entry], by: str) -> dict[str, int]:
    start, end = entries[0].verdict.time, entries[-1].verdict.time
    with connection.begin():
        # whole minutes around: parts of one are counted from the verdicts
        rows = top(connection, by, start - start % 60_000_000, end + 60_000_000, 10)
    return {row.key: row.transfers for row in rows}


@pytest.mark.parametrize("step", [1, 500])
def test_a_user_is_forgotten(
    connection: Connection,
    make_entry: Callable[..., Entry],
    monkeypatch: pytest.MonkeyPatch,
    step: int,
) -> None:
    monkeypatch.setattr(erasure, "STEP_VERDICTS", step)
    monkeypatch.setattr(erasure, "STEP_EVENTS", 2)
    entries = [make_entry(number) for number in NUMBERS]
    of_ann = [entry for entry in entries if entry.verdict.user == "ann"]
    with connection.begin():  # about a verdict that is gone already
        data = [json.dumps({"user": name}) for name in ("ann", "annette", "ann")]
        id_ = "01890a5d-ac96-774b-bcce-b302099a8057"
        add_events(connection, [EventRow(1, "retroactive", "", id_, text) for text in data])
    users, actions = (counts(connection, entries, by) for by in ("user", "action"))
    erase(connection, "ann")
    left = everything(connection)
    assert "'ann'" not in left
    assert '"ann"' not in left
    assert "annette" in left
    with connection.begin():
        kept = set(connection.scalars(select(VERDICT.c.id)))
    assert kept == {e.verdict.id for e in entries} - {e.verdict.id for e in of_ann}
    assert counts(connection, entries, "action") == actions
    after = counts(connection, entries, "user")
    assert (
        after.pop("")
        == users.pop("") + users.pop("ann")
        == len(of_ann) + sum(entry.verdict.user == "" for entry in entries)
    )
    assert after == users


def test_what_is_stored_meanwhile_is_counted_under_no_name(
    url: str, make_entry: Callable[..., Entry]
) -> None:
    """As of records that waited in the journal: in buckets that nobody knew of before."""
    writer = Writer(url)
    with writer.connection().begin():
        asked = list(erasures(writer.connection(), "ann"))
    entries = [make_entry(number) for number in NUMBERS]
    writer.write(entries)
    for one, again in asked:
        while done(writer.connection(), one) and again:
            pass
    assert set(counts(writer.connection(), entries, "user")) == {"", "bob 'quoted'; --"}
    writer.close()


def test_nobody_of_that_name(connection: Connection) -> None:
    before = everything(connection)
    erase(connection, "nobody")
    assert everything(connection) == before
