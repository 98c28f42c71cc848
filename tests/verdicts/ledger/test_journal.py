"""The journal: what was acknowledged is there after any end; what was not may be."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from verdicts.ledger import journal as module
from verdicts.ledger.journal import START, Journal, JournalFull, JournalInUse, Kept

LIMIT = 1024 * 1024


@pytest.fixture(autouse=True)
def _small_reserve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESERVED_BYTES", 4096)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.journal"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    made = Journal(path, LIMIT)
    made.open()
    yield made
    made.close()


def record(number: int, size: int = 10) -> Kept:
    return number.to_bytes(16, "big"), bytes([number % 256]) * size


def again(path: Path) -> list[Kept]:
    """What a ledger finds that starts now."""
    found = Journal(path, LIMIT)
    found.open()
    records = everything(found)
    found.close()
    return records


def everything(journal: Journal) -> list[Kept]:
    return journal.oldest(10**9).records


def test_kept_in_order_over_a_new_start(path: Path, journal: Journal) -> None:
    journal.append([record(1), record(2, 0)])
    journal.append([record(3, 100_000)])
    assert journal.records == 3
    journal.close()
    assert again(path) == [record(1), record(2, 0), record(3, 100_000)]


def test_only_its_owner_reads_it(path: Path, journal: Journal) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_room_is_reserved_and_given_back(path: Path, journal: Journal) -> None:
    assert path.stat().st_blocks * 512 >= 4096
    journal.append([record(1, 100_000)])
    journal.forget(journal.oldest(10))
    journal.clear()
    assert path.stat().st_size == 4096
    assert (journal.records, journal.size) == (0, 0)


def test_what_is_forgotten_does_not_come_again(path: Path, journal: Journal) -> None:
    for number in range(10):
        journal.append([record(number)])
    batch = journal.oldest(4)
    assert batch.records == [record(number) for number in range(4)]
    journal.forget(batch)
    assert journal.records == 6
    journal.close()
    assert again(path) == [record(number) for number in range(4, 10)]


def test_its_bound_holds(path: Path, journal: Journal) -> None:
    def fill() -> None:
        for number in range(1000):
            journal.append([record(number, 10_000)])

    with pytest.raises(JournalFull, match="journal_bytes"):
        fill()
    assert path.stat().st_size <= LIMIT
    held = everything(journal)
    assert len(held) == journal.records > 90
    journal.close()
    assert again(path) == held


def test_one_ledger_at_a_time(path: Path, journal: Journal) -> None:
    other = Journal(path, LIMIT)
    with pytest.raises(JournalInUse):
        other.open()
    assert not other.is_open
    journal.close()
    other.open()
    other.close()


def test_disk_that_is_full_leaves_what_is_there(
    path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append([record(1)])
    write = os.pwrite

    def short(file: int, data: memoryview, place: int) -> int:
        if len(data) < 500:
            raise OSError(28, "No space left on device")
        return write(file, data[:500], place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", short)
        with pytest.raises(OSError, match="No space"):
            journal.append([record(2, 2000)])
    journal.append([record(3)])
    assert everything(journal) == [record(1), record(3)]
    journal.close()
    assert again(path) == [record(1), record(3)]


@settings(max_examples=200)
@given(st.data())
def test_torn_at_any_byte(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """However much of the last group reached the disk: it, or nothing of it."""
    path = tmp_path_factory.mktemp("torn") / "journal"
    journal = Journal(path, LIMIT)
    journal.open()
    journal.append([record(1), record(2)])
    begin = journal.size + START
    journal.append([record(3, 300)])
    end = journal.size + START
    journal.close()
    cut = data.draw(st.integers(begin, end))
    with path.open("r+b") as file:
        file.seek(cut)
        file.write(bytes(end - cut))
    assert again(path) == [record(1), record(2), *([record(3, 300)] if cut == end else [])]


def test_damage_before_whole_groups_is_an_alarm(path: Path, journal: Journal) -> None:
    journal.append([record(1)])
    begin = journal.size + START
    journal.append([record(2)])
    journal.append([record(3)])
    journal.close()
    with path.open("r+b") as file:
        file.seek(begin + 20)
        file.write(b"?")
    found = Journal(path, LIMIT)
    found.open()
    with capture_logs() as lines:
        for _ in range(2):  # as when they cannot be stored yet
            assert everything(found) == [record(1), record(3)]
    found.close()
    (line,) = lines
    assert (line["event"], line["lost_bytes"]) == ("ledger.journal_damaged", found.lost_bytes)
    assert found.lost_bytes > 16


def test_removed_file_comes_back_with_what_waits_in_it(path: Path, journal: Journal) -> None:
    journal.append([record(1), record(2)])
    journal.forget(journal.oldest(1))
    journal.append([record(3)])
    path.unlink()
    journal.append([record(4, 5000)])
    assert everything(journal) == [record(3), record(4, 5000)]
    path.unlink()
    path.touch()  # somebody else's
    with pytest.raises(FileExistsError):
        journal.append([record(5)])
    path.unlink()
    journal.append([record(6)])
    journal.close()
    assert again(path) == [record(3), record(4, 5000), record(6)]


def test_without_a_bound_only_what_waits_is_read(path: Path, journal: Journal) -> None:
    journal.append([record(1)])
    journal.close()
    left = Journal(path, 0)
    left.open()
    assert everything(left) == [record(1)]
    with pytest.raises(JournalFull):
        left.append([record(2)])
    left.clear()
    left.close()
    assert path.stat().st_size == 0


def test_whether_room_is_reserved(
    path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert journal.reserved
    journal.append([record(1)])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    journal.clear()
    assert not journal.reserved


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 5000, b"\xffDOUANE1" + b"\xff" * 99])
def test_file_that_is_no_journal(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert again(path) == []


def test_content_cannot_pass_for_a_group(path: Path, journal: Journal) -> None:
    """A record that quotes a whole journal is still one record."""
    journal.append([record(1)])
    forged = path.read_bytes()
    journal.append([(bytes(16), forged)])
    held = [record(1), (bytes(16), forged)]
    assert everything(journal) == held
    journal.close()
    assert again(path) == held


APPENDER = """
import sys
from pathlib import Path
from verdicts.ledger.journal import Journal
journal = Journal(Path(sys.argv[1]), 1 << 26)
journal.open()
for number in range(1 << 20):
    journal.append([(number.to_bytes(16, "big"), bytes(number % 5000))])
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_killed_at_any_moment(path: Path) -> None:
    told = -1
    with subprocess.Popen(
        [sys.executable, "-c", APPENDER, str(path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        while told < 200:
            told = int(process.stdout.readline())
        process.kill()
        told = int((process.stdout.read() or str(told).encode()).split()[-1])
    found = [int.from_bytes(key, "big") for key, _ in again(path)]
    assert found == list(range(len(found)))
    assert len(found) > told, "what was acknowledged is there"
