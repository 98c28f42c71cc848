"""Adding up, here and in the database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from verdicts.ledger.database import open_writer
from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.stats.buckets import Granularity, Span
from verdicts.ledger.stats.sums import (
    Sum,
    add,
    added,
    key_columns,
    plus,
    read,
    rows_of,
    sums,
)
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
START = microseconds(FIRST)
HOUR = 3_600_000_000


def test_add() -> None:
    total: dict[str, Sum] = {}
    for one in (Sum(1, 5, 1), Sum(1, 7, 0, 1, 1)):
        add(total, "a", one)
    add(total, "b", Sum(3, 0))
    assert total == {"a": Sum(2, 12, 1, 1, 1), "b": Sum(3, 0, 0, 0, 0)}


def test_keys_are_texts() -> None:
    names = {name: [one.name for one in key_columns(table)] for name, table in ROLLUPS.items()}
    assert names["detection"] == ["code", "name"]
    assert names["type"] == ["true_type"]


def test_spans_are_added_up_by_key(
    url: str, make_entry: Callable[..., Entry], to_sum: Callable[[Entry], Sum]
) -> None:
    writer, reader = Writer(url), Reader(url)
    users = ("ann", "bob", "ann", "ann", "cem")
    entries = [
        make_entry(n, user=user, received_at=FIRST + timedelta(hours=n))
        for n, user in enumerate(users)
    ]
    writer.write(entries)
    writer.close()
    spans = [
        Span(Granularity.HOUR, START, START + 2 * HOUR),
        Span(Granularity.MINUTE, START + 2 * HOUR, START + 4 * HOUR),
    ]
    with reader.connect() as connection:
        assert sums(connection, "user", ()) == {}
        zero, one, two, three = map(to_sum, entries[:4])
        expected = {("ann",): plus(plus(zero, two), three), ("bob",): one}
        assert sums(connection, "user", spans) == expected
        apart = added([rows_of(connection, "user", [span]) for span in spans])
        assert dict(read(connection, apart)) == expected
        few = added([rows_of(connection, "user", spans, ["bytes"])])
        assert {tuple(row) for row in connection.execute(few)} == {
            (user, some.bytes) for (user,), some in expected.items()
        }
    reader.close()


def test_sqlite_looks_for_each_span_in_the_index(sqlite_url: str) -> None:
    Writer(sqlite_url).close()
    reader = Reader(sqlite_url)
    with reader.connect() as connection:
        for dimension in ROLLUPS:
            query = rows_of(connection, dimension, [Span(Granularity.DAY, 0, 1)]).compile(
                connection, compile_kwargs={"literal_binds": 1}
            )
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
            assert [row[3].split()[:2] for row in plan] == [
                ["SCAN", "span"],
                ["SEARCH", f"rollup_{dimension}"],
            ]
            assert "(granularity=? AND bucket>? AND bucket<?)" in plan[1][3]
    reader.close()


@pytest.mark.server
def test_a_server_reads_a_range_from_the_index_alone(
    postgresql_url: str, make_entry: Callable[..., Entry]
) -> None:
    writer = Writer(postgresql_url)
    writer.write([make_entry(n) for n in range(9)])
    writer.close()
    spans = [Span(Granularity.DAY, 0, 2**60), Span(Granularity.WEEK, 0, 2**60)]
    engine = open_writer(postgresql_url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("SET enable_seqscan = off")
        connection.exec_driver_sql("SET enable_bitmapscan = off")
        for dimension in ROLLUPS:
            query = rows_of(connection, dimension, spans).compile(
                connection, compile_kwargs={"literal_binds": 1}
            )
            plan = "".join(connection.exec_driver_sql(f"EXPLAIN {query}").scalars())
            assert plan.startswith("Nested Loop")
            assert f"Index Only Scan using rollup_{dimension}_pkey" in plan
    engine.dispose()
