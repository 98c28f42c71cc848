"""Which transfers of a content passed: those that were allowed, since then, within bounds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.verdicts.ledger.conftest import START
from verdicts.ledger.entry import Entry
from verdicts.ledger.reading import lookback
from verdicts.ledger.reading.lookback import Passed, allowed_contents
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.store import Writer
from verdicts.model import Action, VerdictRecord
from verdicts.record import microseconds

COUNT = 70  # ten transfers of each of seven contents, of which the even ones were allowed
WATCHED = 14


def sha256(number: int) -> str:
    return f"{number:064x}"


@pytest.fixture(scope="module")
def reader(
    tmp_path_factory: pytest.TempPathFactory,
    make_record: Callable[..., VerdictRecord],
    to_entry: Callable[[VerdictRecord], Entry],
) -> Iterator[Reader]:
    folder: Path = tmp_path_factory.mktemp("log")
    url = f"sqlite:///{folder}/log.sqlite"
    records = [make_record(n) for n in range(COUNT)]
    ruling = replace(records[WATCHED].ruling, wanted=Action.BLOCK)
    records[WATCHED] = replace(records[WATCHED], ruling=ruling)
    writer = Writer(url)
    writer.write(list(map(to_entry, records)))
    writer.close()
    reader = Reader(url)
    yield reader
    reader.close()


def passed(
    reader: Reader, *numbers: int, since: int = 0, most: int = 100, told: set[str] | None = None
) -> list[Passed]:
    with reader.connect() as connection:
        return list(
            allowed_contents(connection, [sha256(n) for n in numbers], since, most, told or set())
        )


def test_only_what_was_allowed_newest_first(
    reader: Reader, make_record: Callable[..., VerdictRecord]
) -> None:
    record = make_record(56)
    found = passed(reader, 0)
    assert [int(one.verdict[-12:], 16) for one in found] == [56, 42, 28, 0]
    assert found[0] == Passed(
        record.transfer.id,
        microseconds(record.transfer.received_at),
        sha256(0),
        56_000,
        record.transfer.file_name,
        "image/jpeg",
        record.transfer.direction.value,
        record.transfer.channel,
        record.transfer.url,
        record.transfer.user,
        record.transfer.client_ip,
    )


def test_since_is_kept(reader: Reader) -> None:
    since = microseconds(START + timedelta(milliseconds=42))
    assert [int(one.verdict[-12:], 16) for one in passed(reader, 0, since=since)] == [56, 42]


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_many_hashes_are_asked_in_pieces(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(lookback, "CHUNK", chunk)
    numbers = [*range(7), *range(100, 105)]
    assert len(passed(reader, *numbers)) == COUNT // 2 - 1
    assert {one.sha256 for one in passed(reader, *numbers)} == {sha256(n) for n in range(7)}
    assert len(passed(reader, *numbers, most=8)) == 8
    assert passed(reader) == []


def test_those_told_of_take_no_place(reader: Reader) -> None:
    told = {one.verdict for one in passed(reader, 0)[:2]}
    left = passed(reader, 0, most=2, told=told)
    assert [int(one.verdict[-12:], 16) for one in left] == [28, 0]
    assert len(passed(reader, 0, 2, most=3, told=told)) == 3


def test_the_index_answers(reader: Reader) -> None:
    """A year of transfers is not read through for each hash."""
    with reader.connect() as connection:
        seen: list[str] = []
        original = connection.execute

        def explain(query: object) -> object:
            text = query.compile(compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")
            seen.extend(str(row[-1]) for row in plan)
            return original(query)  # type: ignore[call-overload]

        connection.execute = explain  # type: ignore[method-assign, assignment]
        list(allowed_contents(connection, [sha256(1), sha256(2)], 5, 100))
    assert any("ix_verdict_sha256_time" in step for step in seen)
