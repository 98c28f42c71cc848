"""What is too old goes, in steps, and nothing else does."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, insert, select

from verdicts.ledger.age.retention import STEP_VERDICTS, forget_counts, forget_verdicts
from verdicts.ledger.entry import Entry
from verdicts.ledger.schema import DETECTION, FEEDBACK, ROLLUPS, UNSCANNED, VERDICT
from verdicts.ledger.stats.buckets import Granularity, floor
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

HOUR = 3_600_000_000


@pytest.fixture
def writer(url: str) -> Iterator[Writer]:
    opened = Writer(url)
    yield opened
    opened.close()


def sizes(connection: Connection) -> dict[str, int]:
    tables = (VERDICT, DETECTION, UNSCANNED, FEEDBACK)
    with connection.begin():
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }


def run(connection: Connection, step: Callable[[Connection, int], bool], before: int) -> int:
    """Step until nothing is left; return how many steps said that there was more."""
    steps = 0
    while True:
        with connection.begin():
            if not step(connection, before):
                return steps
        steps += 1


def hang_feedback(connection: Connection, entries: Sequence[Entry]) -> None:
    row = {"credential": "dk_a", "author": "a", "time": 0, "kind": "missed", "reason": ""}
    with connection.begin():
        connection.execute(
            insert(FEEDBACK), [{"verdict": entry.verdict.id, **row} for entry in entries]
        )


def test_old_verdicts_go_with_all_that_hangs_on_them(
    writer: Writer, make_entry: Callable[..., Entry]
) -> None:
    entries = [make_entry(number) for number in range(40)]
    writer.write(entries)
    connection = writer.connection()
    hang_feedback(connection, entries)
    with connection.begin():
        counted = connection.scalar(select(func.sum(ROLLUPS["action"].c.transfers)))
    assert run(connection, forget_verdicts, entries[25].verdict.time) == 0
    kept = entries[25:]
    assert sizes(connection) == {
        "verdict": len(kept),
        "detection": sum(len(entry.detections) for entry in kept),
        "unscanned": sum(len(entry.unscanned) for entry in kept),
        "feedback": len(kept),
    }
    with connection.begin():
        assert set(connection.scalars(select(VERDICT.c.id))) == {e.verdict.id for e in kept}
        assert connection.scalar(select(func.sum(ROLLUPS["action"].c.transfers))) == counted


def test_verdicts_go_in_steps(writer: Writer, make_entry: Callable[..., Entry]) -> None:
    entries = [make_entry(number) for number in range(STEP_VERDICTS + 10)]
    writer.write(entries)
    connection = writer.connection()
    with connection.begin():
        assert forget_verdicts(connection, entries[-1].verdict.time)
    assert sizes(connection)["verdict"] == 10
    assert run(connection, forget_verdicts, entries[-1].verdict.time) == 0
    assert sizes(connection)["verdict"] == 1


def test_old_buckets_go_and_verdicts_stay(
    writer: Writer, make_record: Callable[..., object], to_entry: Callable[..., Entry]
) -> None:
    start = make_record(0).transfer.received_at  # type: ignore[attr-defined]
    entries = [
        to_entry(make_record(number, received_at=start + timedelta(hours=number)))
        for number in range(50)
    ]
    writer.write(entries)
    connection = writer.connection()
    cut = floor(Granularity.HOUR, microseconds(start + timedelta(hours=30)))
    assert run(connection, forget_counts, cut) > 0
    assert sizes(connection)["verdict"] == 50
    with connection.begin():
        for table in ROLLUPS.values():
            assert (connection.scalar(select(func.min(table.c.bucket))) or cut) >= cut
        hours = select(func.sum(ROLLUPS["level"].c.transfers)).where(
            ROLLUPS["level"].c.granularity == int(Granularity.HOUR)
        )
        assert connection.scalar(hours) == sum(e.verdict.time >= cut for e in entries)
