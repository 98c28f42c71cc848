"""The writer: each id once, all of a group or nothing."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from verdicts.ledger.queries import Filters, Reader
from verdicts.ledger.store import Writer
from verdicts.model import VerdictRecord
from verdicts.record import as_row

MakeRecord = Callable[..., VerdictRecord]
END = 2**55


def test_what_was_written_is_read(url: str, make_record: MakeRecord) -> None:
    records = [make_record(n) for n in range(30)]
    writer, reader = Writer(url), Reader(url)
    assert writer.write(records) == records
    assert [reader.get(one.transfer.id) for one in records] == [as_row(one) for one in records]
    writer.close()
    reader.close()


def test_duplicates_are_dropped_and_counted_once(url: str, make_record: MakeRecord) -> None:
    writer, reader = Writer(url), Reader(url)
    writer.write([make_record(1), make_record(2)])
    new = writer.write([make_record(2), make_record(3), make_record(3), make_record(1)])
    assert new == [make_record(3)]
    assert writer.write([make_record(3)]) == []
    assert len(reader.page(Filters(), 100).data) == 3
    counts = reader.summary(0, END)
    assert (counts.transfers, counts.bytes) == (3, 6000)
    writer.close()
    reader.close()


def test_a_group_is_written_whole_or_not_at_all(url: str, make_record: MakeRecord) -> None:
    writer, reader = Writer(url), Reader(url)
    broken = make_record(2, url=None)
    with pytest.raises(IntegrityError):
        writer.write([make_record(1), broken])
    assert reader.page(Filters(), 100).data == ()
    assert reader.summary(0, END).transfers == 0
    assert writer.write([make_record(1)]) == [make_record(1)]
    writer.close()
    reader.close()


def test_closed_writer_opens_again(url: str, make_record: MakeRecord) -> None:
    writer = Writer(url)
    writer.close()
    writer.close()
    assert writer.write([make_record(1)]) == [make_record(1)]
    writer.close()


@settings(deadline=None, max_examples=30)
@given(groups=st.lists(st.lists(st.integers(0, 12), max_size=8), max_size=6))
def test_any_order_of_groups_counts_each_record_once(
    make_record: MakeRecord,
    tmp_path_factory: pytest.TempPathFactory,
    groups: list[list[int]],
) -> None:
    writer = Writer(f"sqlite:///{tmp_path_factory.mktemp('log')}/log.sqlite")
    new = [one for group in groups for one in writer.write([make_record(n) for n in group])]
    expected = {n for group in groups for n in group}
    assert sorted(one.transfer.id for one in new) == sorted(
        make_record(n).transfer.id for n in expected
    )
    writer.close()
