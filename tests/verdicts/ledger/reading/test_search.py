"""The way into a long log: the index that fits, bounded work; what is found is in test_queries."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, text

from verdicts.ledger.database import open_reader
from verdicts.ledger.entry import Entry
from verdicts.ledger.reading import search
from verdicts.ledger.reading.filters import Filters, Sort
from verdicts.ledger.reading.search import Search
from verdicts.ledger.schema import VERDICT
from verdicts.ledger.store import Writer
from verdicts.model import utc_now
from verdicts.record import microseconds

COUNT = 300
START = utc_now()
COLUMNS = [VERDICT.c.id, VERDICT.c.time, VERDICT.c.size]


@pytest.fixture
def connection(url: str, make_entry: Callable[..., Entry]) -> Iterator[Connection]:
    """300 transfers a second apart; the first is of eve and has a name of its own."""
    rows = []
    for number in range(COUNT):
        rare = {} if number else {"user": "eve", "file_name": "rare.exe"}
        when = START + timedelta(seconds=number)
        rows.append(make_entry(number, received_at=when, **rare))
    writer = Writer(url)
    writer.write(rows)
    writer.close()
    engine = open_reader(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def pages(connection: Connection, wanted: Search, limit: int) -> list[int]:
    """Return how many verdicts each page has."""
    counts, after = [], None
    while True:
        found = wanted.page(connection, after, limit)
        counts.append(len(found.rows))
        if found.end is None:
            return counts
        after = found.end


def test_a_rare_filter_takes_one_step(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "WINDOW", 50)
    for filters in (Filters(user="eve", action="allow"), Filters(action="allow", file_name="ra*")):
        for sort in Sort:
            assert pages(connection, Search(filters, sort, COLUMNS), 10) == [1]


def test_filters_that_never_meet_end_a_page_early(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Odd numbers are blocked, and of every type but none."""
    monkeypatch.setattr(search, "WINDOW", 20)
    never = Search(Filters(action="block", true_type=""), Sort.NEWEST, COLUMNS)
    counts = pages(connection, never, 10)
    assert sum(counts) == 0
    assert len(counts) == pytest.approx(COUNT / 2 / 20 / search.STEPS, abs=2)


def test_the_same_size_for_all_still_gets_on(
    url: str, make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [make_entry(n, received_at=START + timedelta(seconds=n)) for n in range(50)]
    writer = Writer(url)
    writer.write([one._replace(verdict=one.verdict._replace(size=7)) for one in rows])
    writer.close()
    monkeypatch.setattr(search, "WINDOW", 5)
    since = microseconds(START + timedelta(seconds=10))
    engine = open_reader(url)
    with engine.connect() as connection:
        for sort in (Sort.LARGEST, Sort.SMALLEST):
            wanted = Search(Filters(since=since, direction="upload"), sort, COLUMNS)
            assert sum(pages(connection, wanted, 3)) == 20
    engine.dispose()


@pytest.mark.parametrize(
    "filters, index",
    [
        (Filters(), "ix_verdict_time"),
        (Filters(action="allow"), "ix_verdict_action_time"),
        (Filters(url="https://im.example/3*"), "ix_verdict_url_time"),
        (Filters(level="clean", action="block"), "ix_verdict_action_level_time"),
        (Filters(user="eve", action="allow"), "ix_verdict_user_time"),
        (Filters(action="allow", file_name="rare*"), "ix_verdict_file_name_time"),
        (Filters(true_type="zip"), "ix_verdict_true_type_time"),
        (Filters(name="rtl", action="allow"), "ix_detection_name_time"),
        (Filters(reason="engine_down"), "ix_unscanned_reason_time"),
    ],
)
def test_the_database_takes_the_index(
    connection: Connection, filters: Filters, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sorted whole, and the table is never read from end to end."""
    explained = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
    prefix = explained[connection.dialect.name]
    if connection.dialect.name == "postgresql":  # it would read such a small table whole
        connection.execute(text("SET enable_seqscan = off"))
        connection.execute(text("SET enable_bitmapscan = off"))
    statements: list[tuple[str, object]] = []

    def note(_: object, __: object, statement: str, values: object, *___: object) -> None:
        if statement.startswith("SELECT verdict."):
            statements.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    monkeypatch.setattr(search, "WINDOW", 100)
    Search(filters, Sort.NEWEST, COLUMNS).page(connection, None, 10)
    statement, values = statements[-1]
    plan = connection.exec_driver_sql(prefix + statement, values).all()  # type: ignore[arg-type]
    assert index in str(plan)
    assert "SCAN verdict" not in str(plan).replace(f"SCAN verdict USING INDEX {index}", "")
