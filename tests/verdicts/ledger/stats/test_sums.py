"""Adding up, here and in the database."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import bindparam, select

from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.stats.buckets import Granularity
from verdicts.ledger.stats.sums import (
    Sum,
    add,
    key_columns,
    read,
    sum_columns,
    summed,
)
from verdicts.ledger.store import Writer

FIRST = datetime(2026, 3, 1, tzinfo=UTC)


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


def test_rows_are_read(sqlite_url: str, make_entry: Callable[..., Entry]) -> None:
    writer, reader = Writer(sqlite_url), Reader(sqlite_url)
    writer.write([make_entry(n, user="ann", received_at=FIRST) for n in range(2)])
    writer.close()
    table = ROLLUPS["user"]
    hours = select(*key_columns(table), *sum_columns(table)).where(
        table.c.granularity == bindparam("width")
    )
    with reader.connect() as connection:
        ((key, one),) = read(connection, hours, {"width": int(Granularity.HOUR)})
        assert one.transfers == 2
        assert key == ("ann",)
        (number,) = connection.scalars(select(summed(table.c.transfers)))
        assert (type(number), number) == (int, 2 * len(Granularity))
    reader.close()
