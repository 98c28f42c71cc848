"""Copies of the embedded database: one state of it, whoever writes meanwhile; and its faults."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from verdicts.ledger.backup import NotEmbedded, copy_database, database_file, faults
from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Filters, Reader
from verdicts.ledger.store import Writer


@pytest.fixture
def writer(sqlite_url: str, make_entry: Callable[..., Entry]) -> Iterator[Writer]:
    opened = Writer(sqlite_url)
    opened.write([make_entry(number) for number in range(200)])
    yield opened
    opened.close()


@pytest.fixture
def path(sqlite_url: str) -> Path:
    return database_file(sqlite_url)


def quiet(done: int, total: int) -> None:
    assert 0 <= done <= total


def test_a_copy_is_a_whole_log(writer: Writer, path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    copy_database(path, copy, quiet)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert list(faults(copy)) == []
    assert {one.name for one in tmp_path.iterdir() if one.name.startswith("copy")} == {copy.name}
    reader = Reader(f"sqlite:///{copy}")
    assert len(reader.page(Filters(), 1000).data) == 200
    reader.close()


def test_nothing_is_overwritten(writer: Writer, path: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    with pytest.raises(FileExistsError):
        copy_database(path, tmp_path / "there", quiet)
    assert (tmp_path / "there").read_text() == "mine"


def test_one_state_while_others_write(
    writer: Writer,
    path: Path,
    tmp_path: Path,
    make_entry: Callable[..., Entry],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever is written once the copy has begun is not in it, and does not begin it anew."""
    monkeypatch.setattr("verdicts.ledger.backup.STEP_PAGES", 5)
    numbers = iter(range(200, 10_000))
    steps = 0

    def write_meanwhile(_done: int, _total: int) -> None:
        nonlocal steps
        steps += 1
        writing = threading.Thread(target=lambda: writer.write([make_entry(next(numbers))]))
        writing.start()
        writing.join()

    copy = tmp_path / "copy.sqlite"
    copy_database(path, copy, write_meanwhile)
    assert steps > 5
    assert list(faults(copy)) == []
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM verdict").fetchone() == (200,)


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement, said",
    [
        ("UPDATE alembic_version SET version_num = '9999'", "newer Douane"),
        ("DELETE FROM rollup_action WHERE granularity = 2", "and 0 were counted"),
        ("DELETE FROM verdict WHERE id = (SELECT min(verdict) FROM detection)", "is not there"),
        ("DROP TABLE rollup_action", "not the log that this Douane writes"),
    ],
)
def test_faults_are_named(writer: Writer, path: Path, statement: str, said: str) -> None:
    writer.close()
    change(path, statement)
    assert any(said in fault for fault in faults(path))


def test_fewer_verdicts_than_counts_are_no_fault(writer: Writer, path: Path) -> None:
    change(path, "DELETE FROM detection", "DELETE FROM unscanned", "DELETE FROM verdict")
    assert list(faults(path)) == []


def test_a_damaged_file(tmp_path: Path, writer: Writer, path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    copy_database(path, copy, quiet)
    data = bytearray(copy.read_bytes())
    data[8192 : 8192 + 20_000] = b"\xff" * 20_000
    copy.write_bytes(data)
    assert list(faults(copy))
    copy.write_bytes(b"no database" * 1000)
    assert "no sound database" in next(faults(copy))


def test_a_log_on_a_server_is_not_ours_to_copy() -> None:
    with pytest.raises(NotEmbedded):
        database_file("postgresql+psycopg:///douane")
