"""A log of an older version gets the counts that it would have now."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, insert, select

from verdicts.ledger.database import MIGRATIONS, migrate, open_writer
from verdicts.ledger.entry import Entry
from verdicts.ledger.migrations import first_counts
from verdicts.ledger.schema import DETECTION, ROLLUPS, UNSCANNED, VERDICT
from verdicts.ledger.stats import folding
from verdicts.ledger.stats.buckets import Granularity
from verdicts.ledger.store import Writer

FIRST = datetime(2025, 12, 30, 23, 40, tzinfo=UTC)


@pytest.fixture
def entries(make_entry: Callable[..., Entry]) -> list[Entry]:
    """Three days and two years, and clocks that were wrong."""
    moments = [FIRST + timedelta(minutes=37 * n) for n in range(120)]
    moments[5::40] = [datetime(1970, 1, 1, tzinfo=UTC)] * 3
    moments[9] = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    return [make_entry(n, received_at=moment) for n, moment in enumerate(moments)]


@pytest.fixture
def older(new_url: str, entries: list[Entry]) -> Iterator[Engine]:
    """The log with which somebody comes to version 0004."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = open_writer(new_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(insert(VERDICT), [one.verdict._asdict() for one in entries])
        for one in entries:
            about = {"verdict": one.verdict.id, "time": one.verdict.time}
            for position, found in enumerate(one.detections):
                row = {**about, "position": position, **found._asdict()}
                connection.execute(insert(DETECTION), row)
            for position, missed in enumerate(one.unscanned):
                row = {**about, "position": position, **missed._asdict()}
                connection.execute(insert(UNSCANNED), row)
    yield engine
    engine.dispose()


def rows(engine: Engine, dimension: str) -> set[tuple[object, ...]]:
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(select(ROLLUPS[dimension]))}


def test_what_is_stored_is_counted(older: Engine, entries: list[Entry], tmp_path: Path) -> None:
    migrate(older)
    url = f"sqlite:///{tmp_path}/now.sqlite"
    writer = Writer(url)
    writer.write(entries)
    writer.close()
    now = open_writer(url)
    for dimension in ROLLUPS:
        found = rows(older, dimension)
        assert found == rows(now, dimension)
        assert {granularity for granularity, *_ in found} == set(Granularity)
    now.dispose()


def test_no_bucket_has_more_keys_than_it_may(
    older: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "KEYS_A_BUCKET", 2)
    monkeypatch.setattr(first_counts, "MOST_KEYS", 3)
    migrate(older)
    kept = rows(older, "client_ip")
    buckets = {(granularity, start) for granularity, start, *_ in kept}
    for bucket in buckets:
        assert len([row for row in kept if row[:2] == bucket]) <= 3
    for granularity in Granularity:
        assert sum(int(str(row[3])) for row in kept if row[0] == granularity) == 120
    assert "other" in {row[2] for row in kept}
