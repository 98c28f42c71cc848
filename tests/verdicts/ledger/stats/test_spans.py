"""Spans of whole buckets are added up, and read from the index alone."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from verdicts.ledger.database import open_writer
from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.stats.buckets import Granularity, Span
from verdicts.ledger.stats.spans import span_values, sums, within
from verdicts.ledger.stats.sums import Sum, key_columns, plus, sum_columns
from verdicts.ledger.store import Writer
from verdicts.record import microseconds

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
START = microseconds(FIRST)
HOUR = 3_600_000_000


def written_out(connection: Connection, dimension: str, spans: Sequence[Span]) -> str:
    dialect = connection.dialect.name
    table = ROLLUPS[dimension]
    rows, _ = within(dialect, dimension)
    query = select(*key_columns(table), *sum_columns(table)).select_from(rows)
    query = query.params(span_values(dialect, spans))
    return str(query.compile(connection, compile_kwargs={"literal_binds": 1}))


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
    reader.close()


def test_sqlite_looks_for_each_span_in_the_index(sqlite_url: str) -> None:
    Writer(sqlite_url).close()
    reader = Reader(sqlite_url)
    with reader.connect() as connection:
        for dimension in ROLLUPS:
            query = written_out(connection, dimension, [Span(Granularity.DAY, 0, 1)])
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
            assert [row[3].split()[:2] for row in plan] == [
                ["MATERIALIZE", "span"],  # the JSON is read once
                ["SCAN", "anon_1"],
                ["SCAN", "span"],
                ["SEARCH", f"rollup_{dimension}"],
            ]
            assert "(granularity=? AND bucket>? AND bucket<?)" in plan[3][3]
    reader.close()


@pytest.mark.server
def test_a_server_reads_a_range_from_the_index_alone(
    postgresql_url: str, make_entry: Callable[..., Entry]
) -> None:
    writer = Writer(postgresql_url)
    writer.write([make_entry(n) for n in range(9)])
    writer.close()
    spans = [Span(Granularity.DAY, 0, 2**60, 0), Span(Granularity.WEEK, 0, 2**60, 0)]
    engine = open_writer(postgresql_url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("SET enable_seqscan = off")
        connection.exec_driver_sql("SET enable_bitmapscan = off")
        for dimension in ROLLUPS:
            query = written_out(connection, dimension, spans)
            plan = "".join(connection.exec_driver_sql(f"EXPLAIN {query}").scalars())
            assert plan.startswith("Nested Loop")
            assert f"Index Only Scan using rollup_{dimension}_pkey" in plan
    engine.dispose()
