"""What can never be stored is refused, loudly, and holds nobody up."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from verdicts.ledger.entry import Entry, encode
from verdicts.ledger.intake import store
from verdicts.ledger.store import Writer
from verdicts.model import VerdictRecord
from verdicts.record import id_bytes

MakeRecord = Callable[..., VerdictRecord]
MakeEntry = Callable[..., Entry]


def kept(record: VerdictRecord) -> tuple[bytes, bytes]:
    return id_bytes(record.transfer.id), encode(record)


def test_bad_records_are_refused_and_the_others_stored(
    url: str, make_record: MakeRecord, make_entry: MakeEntry
) -> None:
    writer = Writer(url)
    outcome = store(writer, [(b"x" * 16, b"no record"), kept(make_record(1))])
    writer.close()
    assert outcome.new == [make_entry(1)]
    assert outcome.refused == {b"x" * 16}


def test_the_log_says_why_a_record_is_refused(url: str, make_record: MakeRecord) -> None:
    of_a_former_release = encode(make_record(1)).replace(b"[3,[", b"[[", 1)
    writer = Writer(url)
    with capture_logs() as lines:
        store(writer, [(b"x" * 16, of_a_former_release)])
    writer.close()
    (line,) = (line for line in lines if line["event"] == "ledger.record_refused")
    assert (line["transfer"], line["log_level"]) == ("78" * 16, "error")
    assert "another release" in line["reason"]


def test_record_that_the_database_refuses_holds_nobody_up(
    url: str, make_record: MakeRecord, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, bad = Writer.write, make_entry(2)

    def picky(writer: Writer, entries: Sequence[Entry]) -> list[Entry]:
        if bad in entries:
            raise OverflowError
        return write(writer, entries)

    monkeypatch.setattr(Writer, "write", picky)
    writer = Writer(url)
    outcome = store(writer, [kept(make_record(number)) for number in (1, 2, 3)])
    writer.close()
    assert outcome.new == [make_entry(1), make_entry(3)]
    assert outcome.refused == {bad.verdict.id}


def test_trouble_of_the_database_is_nobodys_fault(
    url: str, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(writer: Writer, entries: Sequence[Entry]) -> list[Entry]:
        raise OperationalError("disk full", None, Exception())

    monkeypatch.setattr(Writer, "write", failing)
    writer = Writer(url)
    with pytest.raises(OperationalError):
        store(writer, [kept(make_record(1))])
    writer.close()
