"""Traces of people grow old: replaced before a moment, left alone after it, in steps."""

import json
from collections.abc import Callable, Iterator, Sequence

import pytest
from sqlalchemy import Connection, delete, select, update

from verdicts.ledger.age import aging
from verdicts.ledger.age.aging import age_counts, age_entry, age_events, age_verdicts
from verdicts.ledger.age.pseudonyms import Pseudonyms, Trace
from verdicts.ledger.entry import Entry
from verdicts.ledger.event_log.events import add_events
from verdicts.ledger.questions import EventRow
from verdicts.ledger.schema import DETECTION, EVENT, PROGRESS, UNSCANNED, VERDICT
from verdicts.ledger.stats.statistics import top
from verdicts.ledger.store import Writer
from verdicts.record import id_text

ONE = Pseudonyms(b"k" * 32)
GONE = Pseudonyms(b"k" * 32, "nothing")
Age = Callable[[Connection, Trace, int, Pseudonyms], bool]


@pytest.fixture
def connection(url: str, make_entry: Callable[..., Entry]) -> Iterator[Connection]:
    """A log of thirty verdicts."""
    writer = Writer(url)
    writer.write([make_entry(number) for number in range(30)])
    yield writer.connection()
    writer.close()


@pytest.fixture
def entries(make_entry: Callable[..., Entry]) -> list[Entry]:
    return [make_entry(number) for number in range(30)]


def run(connection: Connection, age: Age, trace: Trace, before: int, by: Pseudonyms = ONE) -> int:
    steps = 1
    while True:
        with connection.begin():
            if not age(connection, trace, before, by):
                return steps
        steps += 1


def stored(connection: Connection, column: str) -> list[str]:
    with connection.begin():
        return list(connection.scalars(select(VERDICT.c[column]).order_by(VERDICT.c.time)))


def expected(
    entries: Sequence[Entry], column: str, cut: int, replace: Callable[[str], str]
) -> list[str]:
    texts = [getattr(entry.verdict, column) for entry in entries]
    return [*map(replace, texts[:cut]), *texts[cut:]]


@pytest.mark.parametrize("step", [1, 7, 500])
@pytest.mark.parametrize(
    "trace, column, replace",
    [
        (Trace.USER, "user", lambda text: ONE.of(Trace.USER, text)),
        (Trace.ADDRESS, "client_ip", lambda text: ONE.of(Trace.ADDRESS, text)),
        (Trace.URL, "url", ONE.url),
        (Trace.NAME, "file_name", lambda text: ONE.of(Trace.NAME, text)),
        (Trace.NAME, "other_names", lambda _: ""),
        (Trace.NAME, "types", ONE.tree),
    ],
)
def test_before_the_moment_and_not_after(
    connection: Connection,
    entries: list[Entry],
    trace: Trace,
    column: str,
    replace: Callable[[str], str],
    *,
    step: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aging, "STEP_ROWS", step)
    for cut in (11, 20):
        run(connection, age_verdicts, trace, entries[cut].verdict.time)
        assert stored(connection, column) == expected(entries, column, cut, replace)


def test_all_at_one_moment(
    url: str,
    make_record: Callable[..., object],
    to_entry: Callable[..., Entry],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aging, "STEP_ROWS", 3)
    moment = make_record(0).transfer.received_at  # type: ignore[attr-defined]
    entries = [to_entry(make_record(number, received_at=moment)) for number in range(1, 11)]
    writer = Writer(url)
    writer.write(entries)
    connection = writer.connection()
    run(connection, age_verdicts, Trace.USER, entries[0].verdict.time + 1)
    assert set(stored(connection, "user")) <= {
        ONE.of(Trace.USER, entry.verdict.user) for entry in entries
    }
    writer.close()


def test_names_of_members_and_details(connection: Connection, entries: list[Entry]) -> None:
    run(connection, age_verdicts, Trace.NAME, entries[-1].verdict.time + 1)
    with connection.begin():
        found = connection.execute(select(DETECTION.c.path, DETECTION.c.detail)).all()
        paths = {*connection.scalars(select(UNSCANNED.c.path)), *(path for path, _ in found)}
    assert {detail for _, detail in found} == {""}
    parts = [found.path for entry in entries for found in entry.detections]
    parts += [missed.path for entry in entries for missed in entry.unscanned]
    assert paths == set(map(ONE.names, parts))


def test_from_a_pseudonym_to_nothing(connection: Connection, entries: list[Entry]) -> None:
    end = entries[-1].verdict.time + 1
    run(connection, age_verdicts, Trace.USER, end)
    assert any(stored(connection, "user"))
    run(connection, age_verdicts, Trace.USER, end, GONE)
    assert not any(stored(connection, "user"))


def test_counts_get_the_same_pseudonyms(connection: Connection, entries: list[Entry]) -> None:
    start, end = entries[0].verdict.time, entries[-1].verdict.time + 1
    with connection.begin():
        before = {row.key: row.transfers for row in top(connection, "user", start, end, 10)}
    far = 5_000_000_000_000_000
    run(connection, age_verdicts, Trace.USER, far)
    run(connection, age_counts, Trace.USER, far)
    with connection.begin():
        after = {row.key: row.transfers for row in top(connection, "user", start, end, 10)}
    assert after == {ONE.of(Trace.USER, key): count for key, count in before.items()}
    assert set(stored(connection, "user")) == set(after)


def test_events(
    connection: Connection, entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aging, "STEP_ROWS", 2)
    data = {"user": "ann", "client_ip": "192.0.2.1", "url": "https://a/b", "file_name": "c.exe"}
    verdict = id_text(entries[0].verdict.id)
    with connection.begin():
        first = connection.scalar(select(EVENT.c.id).order_by(EVENT.c.id.desc()).limit(1)) or 0
        rows = [EventRow(time, "retroactive", "", verdict, json.dumps(data)) for time in range(5)]
        add_events(connection, [*rows, EventRow(2, "ruleset", "", "", json.dumps(data))])
    for trace in Trace:
        run(connection, age_events, trace, 3)
    with connection.begin():
        query = select(EVENT).where(EVENT.c.id > first).order_by(EVENT.c.id)
        stored = [json.loads(row.data) for row in connection.execute(query)]
    old = {
        "user": ONE.of(Trace.USER, "ann"),
        "client_ip": ONE.of(Trace.ADDRESS, "192.0.2.1"),
        "url": ONE.url("https://a/b"),
        "file_name": ONE.of(Trace.NAME, "c.exe"),
    }
    assert stored == [old, old, old, data, data, data]


@pytest.mark.parametrize("trace", Trace)
def test_what_comes_too_late_is_stored_as_if_it_had_aged_here(
    connection: Connection, entries: list[Entry], url: str, trace: Trace
) -> None:
    run(connection, age_verdicts, trace, entries[-1].verdict.time + 1)
    tables = (VERDICT, DETECTION, UNSCANNED)
    with connection.begin():
        aged = [connection.execute(select(table)).all() for table in tables]
        for table in (EVENT, DETECTION, UNSCANNED, VERDICT):
            connection.execute(delete(table))
    late = Writer(url)
    late.write([age_entry(entry, trace, ONE) for entry in entries])
    with late.connection().begin():
        found = [late.connection().execute(select(table)).all() for table in tables]
    assert [set(rows) for rows in found] == [set(rows) for rows in aged]
    late.close()


def test_clock_that_was_ahead_for_a_while(connection: Connection, entries: list[Entry]) -> None:
    """What comes after it is put right is younger than the progress noted meanwhile."""
    cut = entries[11].verdict.time
    for age in (age_verdicts, age_counts):
        run(connection, age, Trace.USER, 5_000_000_000_000_000)
        run(connection, age, Trace.USER, cut)
    with connection.begin():
        connection.execute(update(VERDICT).values(user="ann"))
    run(connection, age_verdicts, Trace.USER, entries[20].verdict.time)
    aged = [user != "ann" for user in stored(connection, "user")]
    assert aged == [11 <= number < 20 for number in range(30)]
    with connection.begin():
        noted = connection.scalars(select(PROGRESS.c.value).where(PROGRESS.c.name.like("%counts%")))
        assert max(noted) <= cut


def test_young_event_before_an_old_one_ages_too(connection: Connection) -> None:
    verdict = "0192f3a4-0000-7000-8000-000000000001"
    with connection.begin():
        connection.execute(delete(EVENT))
        times = (30, 10, 20)
        add_events(
            connection,
            [EventRow(time, "retroactive", "", verdict, '{"user":"ann"}') for time in times],
        )
    for before in (15, 25, 35):
        run(connection, age_events, Trace.USER, before)
        with connection.begin():
            rows = connection.execute(select(EVENT.c.time, EVENT.c.data)).all()
        assert {row.time for row in rows if "ann" not in row.data} == {
            time for time in times if time < before
        }
