"""Pages: every row exactly once, and the filters as a plain loop would apply them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verdicts.ledger.entry import Entry
from verdicts.ledger.queries import BadCursor, Filters, Reader
from verdicts.ledger.questions import LogUnavailable
from verdicts.ledger.store import Writer
from verdicts.model import VerdictRecord
from verdicts.record import EPOCH, as_row, microseconds

COUNT = 60
START = datetime(2026, 1, 31, 23, 59, 59, 999_000, EPOCH.tzinfo)
Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def log(
    tmp_path_factory: pytest.TempPathFactory,
    make_record: Callable[..., VerdictRecord],
    to_entry: Callable[[VerdictRecord], Entry],
) -> Iterator[tuple[Reader, Rows]]:
    """A log in which several transfers share a moment, and its rows, newest first."""
    url = f"sqlite:///{tmp_path_factory.mktemp('log')}/log.sqlite"
    moments = [START.replace(microsecond=n // 4) for n in range(COUNT)]
    records = [make_record(n, received_at=moments[n * 7 % COUNT]) for n in range(COUNT)]
    writer = Writer(url)
    writer.write(list(map(to_entry, records)))
    writer.close()
    reader = Reader(url)
    rows = sorted(map(as_row, records), key=lambda row: (row["time"], row["id"]), reverse=True)
    yield reader, rows
    reader.close()


def pages(reader: Reader, filters: Filters, limit: int) -> Iterator[Rows]:
    page = reader.page(filters, limit)
    yield list(page.data)
    while page.next is not None:
        page = reader.page(filters, limit, page.next)
        yield list(page.data)


def matches(row: dict[str, object], filters: Filters) -> bool:
    stamp = microseconds(datetime.fromisoformat(str(row["time"])))
    columns = ("action", "level", "channel", "direction", "user", "client_ip", "sha256")
    detections = row["detections"]
    assert isinstance(detections, list)
    return (
        (filters.since is None or stamp >= filters.since)
        and (filters.until is None or stamp < filters.until)
        and all(getattr(filters, name) in (None, row[name]) for name in columns)
        and (
            filters.code is filters.name is None
            or any(
                filters.code in (None, found["code"]) and filters.name in (None, found["name"])
                for found in detections
            )
        )
    )


def maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


moments = st.none() | st.integers(0, COUNT // 4).map(
    lambda n: microseconds(START.replace(microsecond=n))
)
FILTERS = st.builds(
    Filters,
    since=moments,
    until=moments,
    action=maybe("allow", "block", "hold", "cut"),
    level=maybe("clean", "malicious"),
    channel=maybe("telegram", "nowhere"),
    direction=maybe("upload"),
    user=maybe("", "ann", "bob 'quoted'; --", "' OR 1=1 --"),
    client_ip=maybe("192.0.2.1"),
    sha256=maybe(f"{3:064x}"),
    code=maybe("signature.yara", "disguise.bidi", "hash.blocked"),
    name=maybe("Worm_X", "rtl"),
)


@settings(deadline=None)
@given(limit=st.integers(1, COUNT + 1))
def test_every_row_exactly_once_newest_first(log: tuple[Reader, Rows], limit: int) -> None:
    reader, rows = log
    got = list(pages(reader, Filters(), limit))
    assert [row for page in got for row in page] == rows
    assert all(len(page) == limit for page in got[:-1])
    assert 0 < len(got[-1]) <= limit


@settings(deadline=None)
@given(filters=FILTERS, limit=st.integers(1, 20))
def test_filters(log: tuple[Reader, Rows], filters: Filters, limit: int) -> None:
    reader, rows = log
    got = [row for page in pages(reader, filters, limit) for row in page]
    assert got == [row for row in rows if matches(row, filters)]


def test_rows_that_come_meanwhile_disturb_no_page(
    url: str, make_record: Callable[[int], VerdictRecord], make_entry: Callable[[int], Entry]
) -> None:
    writer, reader = Writer(url), Reader(url)
    old = [make_record(n) for n in range(10)]
    writer.write([make_entry(n) for n in range(10)])
    first = reader.page(Filters(), 5)
    writer.write([make_entry(n) for n in range(10, 20)])
    second = reader.page(Filters(), 5, first.next)
    assert [row["id"] for row in first.data + second.data] == [
        one.transfer.id for one in reversed(old)
    ]
    writer.close()
    reader.close()


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "A" * 33, "é", "\x00"])
def test_what_is_no_cursor(log: tuple[Reader, Rows], cursor: str) -> None:
    with pytest.raises(BadCursor):
        log[0].page(Filters(), 10, cursor)


@pytest.mark.parametrize("number", ["", "x", "0192f3a4-0000-7000-8000-ffffffffffff"])
def test_no_such_verdict(log: tuple[Reader, Rows], number: str) -> None:
    assert log[0].get(number) is None


def test_no_log_yet(url: str) -> None:
    reader = Reader(url)
    with pytest.raises(LogUnavailable):
        reader.page(Filters(), 1)
    reader.close()


def test_damaged_log(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").write_bytes(b"no database" * 1000)
    reader = Reader(f"sqlite:///{tmp_path}/log.sqlite")
    with pytest.raises(LogUnavailable):
        reader.summary(0, 1)
    reader.close()
