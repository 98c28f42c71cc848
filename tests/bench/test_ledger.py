"""A made-up year: stored and counted as the ledger would, and asked about."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bench import ledger
from bench.ledger import QUESTIONS, measure, size_of, some_range, written_to
from bench.ledger_fill import fill
from bench.ledger_rows import Company
from bench.servers.postgresql import Postgresql
from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Filters, Reader
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

UNTIL = datetime(2026, 11, 2, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=7)
ROWS = 2000


def transfers(rows: int = 300) -> Iterator[list[Entry]]:
    return Company().transfers(rows, SINCE, UNTIL)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/log.sqlite"
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    made = server.create_database()
    yield made
    server.drop_database(made)


def told(_line: str) -> None:
    pass


def test_a_week_of_a_company() -> None:
    entries = [one for batch in transfers(ROWS) for one in batch]
    assert entries == [one for batch in transfers(ROWS) for one in batch]
    assert len(entries) == ROWS
    times = [one.verdict.time for one in entries]
    assert times == sorted(times)
    assert microseconds(SINCE) <= times[0] < times[-1] < microseconds(UNTIL)
    hours = Counter(time // 3_600_000_000 % 24 for time in times)
    assert hours[10] > 5 * hours[3]
    actions = Counter(one.verdict.action for one in entries)
    assert actions["allow"] > 0.98 * ROWS > 0 < actions["block"]
    users = Counter(one.verdict.user for one in entries).most_common()
    assert users[1][1] > 20 * users[-1][1]


def test_a_filled_log_is_as_the_ledger_would_have_written_it(url: str, tmp_path: Path) -> None:
    fill(url, transfers(), told)
    written = f"sqlite:///{tmp_path}/written.sqlite"
    writer = Writer(written)
    for batch in transfers():
        writer.write(batch)
    writer.close()
    readers = Reader(url), Reader(written)
    pages = [reader.page(Filters(), 1000).data for reader in readers]
    assert pages[0] == pages[1]
    for table in ROLLUPS.values():
        found = []
        for reader in readers:
            with reader.connect() as connection:
                found.append({tuple(row) for row in connection.execute(select(table))})
        assert found[0] == found[1]
    for reader in readers:
        reader.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_questions_are_asked_while_somebody_writes(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "calm_collector", lambda: None)
    fill(url, transfers(), told)
    before = size_of(url, tmp_path)
    with written_to(url) as rate:
        taken = measure(url, 5, told)
        assert rate() > 0
    assert list(taken) == list(QUESTIONS)
    assert all(len(times) == 5 and min(times) > 0 for times in taken.values())
    assert 10_000 < before < size_of(url, tmp_path)


def test_ranges_are_of_the_last_year() -> None:
    rng = random.Random(1)  # noqa: S311
    for _ in range(100):
        since, until = some_range(rng)
        assert 0 < until - since <= 365 * ledger.DAY
