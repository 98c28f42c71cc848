"""Pages: every row exactly once, and the filters as a plain loop would apply them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.servers.postgresql import Postgresql
from verdicts.ledger.entry import Entry
from verdicts.ledger.questions import LogUnavailable
from verdicts.ledger.reading import queries, search
from verdicts.ledger.reading.cursors import BadCursor
from verdicts.ledger.reading.filters import Filters, Sort
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.reading.rows import FIELDS
from verdicts.ledger.store import Writer
from verdicts.model import VerdictRecord
from verdicts.record import EPOCH, as_row, microseconds

COUNT = 60
START = datetime(2026, 1, 31, 23, 59, 59, 999_000, EPOCH.tzinfo)
LONG = "https://im.example/" + "a/" * 200
URLS = (LONG + "1", LONG + "2", "https://im.example/%_*", "https://im.example/\U0010ffff", "")
Row = dict[str, Any]
Rows = list[Row]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("pg", marks=pytest.mark.server)])
def log_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('log')}/log.sqlite"
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture(scope="module")
def log(
    log_url: str,
    make_record: Callable[..., VerdictRecord],
    to_entry: Callable[[VerdictRecord], Entry],
) -> Iterator[tuple[Reader, Rows]]:
    """A log in which several transfers share a moment, and its rows, newest first."""
    moments = [START.replace(microsecond=n // 4) for n in range(COUNT)]
    records = [
        replace(
            make_record(n, received_at=moments[n * 7 % COUNT], url=URLS[n % 5]), size=n % 3 * 1000
        )
        for n in range(COUNT)
    ]
    writer = Writer(log_url)
    writer.write(list(map(to_entry, records)))
    writer.close()
    reader = Reader(log_url)
    rows = sorted(map(as_row, records), key=lambda row: (row["time"], row["id"]), reverse=True)
    yield reader, rows
    reader.close()


def pages(
    reader: Reader, filters: Filters, limit: int, sort: Sort = Sort.NEWEST
) -> Iterator[tuple[Row, ...]]:
    page = reader.page(filters, limit, sort=sort)
    yield page.data
    while page.next is not None:
        page = reader.page(filters, limit, page.next, sort=sort)
        yield page.data


def matches(row: Row, filters: Filters) -> bool:
    stamp = microseconds(datetime.fromisoformat(row["time"]))
    columns = (
        *("action", "level", "channel", "direction", "user", "client_ip", "sha256"),
        *("true_type", "clause", "service", "enforced"),
    )
    return (
        (filters.since is None or stamp >= filters.since)
        and (filters.until is None or stamp < filters.until)
        and all(getattr(filters, name) in (None, row[name]) for name in columns)
        and (
            filters.reason is None or filters.reason in [one["reason"] for one in row["unscanned"]]
        )
        and all(
            fits(row[name], getattr(filters, name))
            for name in ("url", "file_name")
            if getattr(filters, name) is not None
        )
        and (
            filters.code is filters.name is None
            or any(
                filters.code in (None, found["code"]) and filters.name in (None, found["name"])
                for found in row["detections"]
            )
        )
    )


def fits(text: str, wanted: str) -> bool:
    if wanted.endswith("\\*"):
        return text == wanted[:-2] + "*"
    return text.startswith(wanted[:-1]) if wanted.endswith("*") else text == wanted


def maybe(*values: str | bool) -> st.SearchStrategy[Any]:
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
    reason=maybe("encrypted", "engine_down"),
    true_type=maybe("zip", ""),
    clause=maybe("clause-1"),
    service=maybe("respmod", "reqmod"),
    enforced=maybe(True, False),
    file_name=maybe("\u202egpj.exe", "\u202e*", "*", "%*"),
    url=maybe(
        *(LONG + "1", LONG + "*", LONG[:-1] + "*", LONG[:200], "https:*", "https:%*", "_*"),
        *("https://im.example/%*", r"https://im.example/%_\*", "https://im.example/%_*", ""),
        *("https://im.example/\U0010ffff*", "\U0010ffff*", "\ud7ff*"),
    ),
)


@given(limit=st.integers(1, COUNT + 1))
def test_every_row_exactly_once_newest_first(log: tuple[Reader, Rows], limit: int) -> None:
    reader, rows = log
    got = list(pages(reader, Filters(), limit))
    assert [row for page in got for row in page] == rows
    assert all(len(page) == limit for page in got[:-1])
    assert 0 < len(got[-1]) <= limit


@given(
    filters=FILTERS,
    limit=st.integers(1, 20),
    sort=st.sampled_from(Sort),
    window=st.integers(2, COUNT * 3),
)
def test_filters_and_orders(
    log: tuple[Reader, Rows], filters: Filters, limit: int, sort: Sort, window: int
) -> None:
    reader, rows = log
    with mock.patch.object(search, "WINDOW", window):
        got = [row for page in pages(reader, filters, limit, sort) for row in page]
    name = sort.value.removeprefix("-")
    wanted = [row for row in rows if matches(row, filters)]
    assert got == sorted(
        wanted, key=lambda row: (row[name], row["time"], row["id"]), reverse=sort.descending
    )


def test_each_filter_alone_finds_what_it_names(log: tuple[Reader, Rows]) -> None:
    """Not only combinations, most of which find nothing."""
    reader, rows = log
    for name in ("true_type", "clause", "service", "enforced", "file_name", "url"):
        filters = Filters(**{name: rows[7][name]})
        assert rows[7] in reader.page(filters, COUNT).data


def test_fields(log: tuple[Reader, Rows]) -> None:
    reader, rows = log
    for name in FIELDS:
        page = reader.page(Filters(), COUNT, fields=(name,))
        assert list(page.data) == [{name: row[name]} for row in rows]
    assert set(FIELDS) == set(rows[0])


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


def test_a_page_of_long_verdicts_ends_early(log: tuple[Reader, Rows]) -> None:
    reader, rows = log
    with mock.patch.multiple(queries, AT_ONCE=10, PAGE_CHARACTERS=100):
        got = list(pages(reader, Filters(), COUNT))
    assert [len(page) for page in got] == [10] * (COUNT // 10)
    assert [row for page in got for row in page] == rows


def test_a_cursor_is_of_its_list_only(log: tuple[Reader, Rows]) -> None:
    reader, _ = log
    cursor = reader.page(Filters(action="allow"), 3).next
    assert cursor is not None
    assert reader.page(Filters(action="allow"), 7, cursor, fields=("id",)).data
    for other in (Filters(), Filters(action="block"), Filters(action="allow", user="")):
        with pytest.raises(BadCursor):
            reader.page(other, 3, cursor)
    with pytest.raises(BadCursor):
        reader.page(Filters(action="allow"), 3, cursor, sort=Sort.OLDEST)


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "A" * 33, "é", "\x00"])
def test_what_is_no_cursor(log: tuple[Reader, Rows], cursor: str) -> None:
    with pytest.raises(BadCursor):
        log[0].page(Filters(), 10, cursor)


@pytest.mark.parametrize("number", ["", "x", "0192f3a4-0000-7000-8000-ffffffffffff"])
def test_no_such_verdict(log: tuple[Reader, Rows], number: str) -> None:
    assert log[0].get(number) is None


def test_no_log_yet(sqlite_url: str) -> None:
    reader = Reader(sqlite_url)
    with pytest.raises(LogUnavailable):
        reader.page(Filters(), 1)
    reader.close()


def test_damaged_log(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").write_bytes(b"no database" * 1000)
    reader = Reader(f"sqlite:///{tmp_path}/log.sqlite")
    with pytest.raises(LogUnavailable):
        reader.summary(0, 1)
    reader.close()
