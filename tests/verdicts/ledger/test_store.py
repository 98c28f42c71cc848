"""The writer: each id once, all of a group or nothing."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError

from verdicts.ledger.database import is_sqlite
from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Filters, Reader
from verdicts.ledger.schema import ROLLUPS
from verdicts.ledger.store import FileGone, Writer
from verdicts.model import VerdictRecord
from verdicts.record import as_row, id_text

MakeRecord = Callable[..., VerdictRecord]
MakeEntry = Callable[..., Entry]
END = 2**55


def test_what_was_written_is_read(url: str, make_record: MakeRecord, make_entry: MakeEntry) -> None:
    records = [make_record(n) for n in range(30)]
    entries = [make_entry(n) for n in range(30)]
    writer, reader = Writer(url), Reader(url)
    assert writer.write(entries) == entries
    assert [reader.get(one.transfer.id) for one in records] == [as_row(one) for one in records]
    writer.close()
    reader.close()


def test_a_group_costs_one_statement_a_table(url: str, make_entry: MakeEntry) -> None:
    writer, statements = Writer(url), Counter[str]()
    writer.write([make_entry(n) for n in range(30)])  # by now the writer knows the buckets

    def count(*arguments: object) -> None:
        statements[" ".join(str(arguments[2]).split()[:3])] += 1

    event.listen(writer.connection(), "before_cursor_execute", count)
    writer.write([make_entry(n) for n in range(30, 90)])
    tables = ["verdict", "detection", "unscanned", "event", *(f"rollup_{name}" for name in ROLLUPS)]
    begin = {"BEGIN IMMEDIATE": 1} if is_sqlite(url) else {}  # psycopg begins by itself
    assert statements == {**begin, **{f"INSERT INTO {one}": 1 for one in tables}}
    writer.close()


def test_duplicates_are_dropped_and_counted_once(url: str, make_entry: MakeEntry) -> None:
    writer, reader = Writer(url), Reader(url)
    writer.write([make_entry(1), make_entry(2)])
    new = writer.write([make_entry(2), make_entry(3), make_entry(3), make_entry(1)])
    assert new == [make_entry(3)]
    assert writer.write([make_entry(3)]) == []
    assert len(reader.page(Filters(), 100).data) == 3
    counts = reader.summary(0, END)
    assert (counts.transfers, counts.bytes) == (3, 6000)
    writer.close()
    reader.close()


def test_a_group_is_written_whole_or_not_at_all(url: str, make_entry: MakeEntry) -> None:
    writer, reader = Writer(url), Reader(url)
    broken = make_entry(2)
    broken = broken._replace(verdict=broken.verdict._replace(url=None))  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        writer.write([make_entry(1), broken])
    assert reader.page(Filters(), 100).data == ()
    assert reader.summary(0, END).transfers == 0
    assert writer.write([make_entry(1)]) == [make_entry(1)]
    writer.close()
    reader.close()


def test_closed_writer_opens_again(url: str, make_entry: MakeEntry) -> None:
    writer = Writer(url)
    writer.close()
    writer.close()
    assert writer.write([make_entry(1)]) == [make_entry(1)]
    writer.close()


@settings(max_examples=30)
@given(groups=st.lists(st.lists(st.integers(0, 12), max_size=8), max_size=6))
def test_any_order_of_groups_counts_each_record_once(
    make_entry: MakeEntry,
    tmp_path_factory: pytest.TempPathFactory,
    groups: list[list[int]],
) -> None:
    writer = Writer(f"sqlite:///{tmp_path_factory.mktemp('log')}/log.sqlite")
    new = [one for group in groups for one in writer.write([make_entry(n) for n in group])]
    expected = {n for group in groups for n in group}
    assert sorted(one.verdict.id for one in new) == sorted(
        make_entry(n).verdict.id for n in expected
    )
    writer.close()


def test_clock_that_jumps_loses_and_reorders_nothing_but_times(
    url: str, make_entry: MakeEntry
) -> None:
    """Forward to the end of the calendar, back to its begin: each record counts in its own time."""
    year = 365 * 86_400_000_000
    jumps = (0, 5 * year, -40 * year, 200 * year, 0)
    entries = [
        entry._replace(verdict=entry.verdict._replace(time=entry.verdict.time + jump))
        for entry, jump in zip((make_entry(n) for n in range(5)), jumps)
    ]
    writer, reader = Writer(url), Reader(url)
    for entry in entries:
        assert writer.write([entry]) == [entry]
    page = reader.page(Filters(), 10).data
    newest_first = sorted(entries, key=lambda entry: entry.verdict.time, reverse=True)
    assert [row["id"] for row in page] == [id_text(entry.verdict.id) for entry in newest_first]
    for entry in entries[1:4]:
        assert reader.summary(entry.verdict.time, entry.verdict.time + 1).transfers == 1
    assert reader.summary(0, END).transfers == 5
    writer.close()
    reader.close()


def test_file_that_is_taken_away_takes_nothing_more(
    sqlite_url: str, tmp_path: Path, make_entry: MakeEntry
) -> None:
    """SQLite would go on writing into it, and nobody would ever read that."""
    file, away = tmp_path / "log.sqlite", tmp_path / "away"
    writer = Writer(sqlite_url)
    writer.write([make_entry(1)])
    file.rename(away)
    for fault in (FileGone, OperationalError):
        with pytest.raises(fault, match="put it back"):
            writer.write([make_entry(2)])
        writer.close()
    assert not file.exists(), "nor is an empty one begun"
    away.rename(file)
    assert len(writer.write([make_entry(2)])) == 1
    other = tmp_path / "other"
    Writer(f"sqlite:///{other}").close()
    other.rename(file)
    with pytest.raises(FileGone):
        writer.write([make_entry(3)])
    writer.close()
    assert len(writer.write([make_entry(3)])) == 1
    writer.close()
