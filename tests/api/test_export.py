"""Exports: no cell is a formula for any spreadsheet, every line reads back, and the end is told."""

import asyncio
import csv
import io
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from api.export import ExportResponse, Format, cell, export
from api.held import Place
from api.places import Places
from verdicts.ledger.reading.queries import Page

START = "=+-@\t\r＝＋－＠"
HOSTILE = (
    *(
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "'=1",
        '"=1"',
        '","=1',
        " =1",
    ),
    *('=cmd|"/C calc"!A0', "a;=1", "a\t=1", "a\r\n=1", 'a",=1', "a|@x", '"\n"=1', "\x1b[2J\x9b"),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(START + "\"',;|\n"))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text)[:1] not in START


@given(text=TEXT)
def test_no_piece_of_a_cell_is_a_formula_either(text: str) -> None:
    """Not where the separator is `;` or a tab, and the quotes around a cell are taken off."""
    line = written(Format.CSV, [{"x": text}]).split("\r\n", 1)[1]
    for separator in ",;|\t\n":
        for piece in line.split(separator):
            assert piece[:1] not in set("=+-@＝＋－＠")
            assert piece.strip("\"' ")[:1] not in set("=+-@＝＋－＠") or "'" in piece


@given(texts=st.lists(TEXT, min_size=1))
def test_reads_back_with_the_csv_module(texts: list[str]) -> None:
    row = {str(number): text for number, text in enumerate(texts)}
    read = list(csv.reader(io.StringIO(written(Format.CSV, [row]), newline="")))
    assert read == [list(row), list(map(cell, texts))]


@pytest.mark.parametrize(
    "value, words",
    [
        (True, "true"),
        (None, ""),
        (1.5, "1.5"),
        ("plain", "plain"),
        ("a\x1b[2J\x00\x9b", "a\\x1b[2J\\x00\\x9b"),
        ([{"code": "x", "path": [], "name": "y"}, {"code": "z"}], "x y; z"),
        (["=1", "b"], "'=1; b"),
        (["b", "=1"], "b;' =1"),
        ([], ""),
    ],
)
def test_cells(value: object, words: str) -> None:
    assert cell(value) == words


def test_long_hostile_names_cost_little() -> None:
    assert len(cell("\t" * 100_000)) > 100_000


def written(form: Format, rows: list[dict[str, object]] | list[dict[str, str]]) -> str:
    page = Page(tuple(dict(row) for row in rows), None)

    async def collect() -> bytes:
        fields = list(rows[0])
        return b"".join([part async for part in export(page, never, form, fields, 100)])

    return asyncio.run(collect()).decode()


def never(_: str, __: int) -> Page:
    raise AssertionError("there is no further page")


@given(text=TEXT)
def test_lines_are_ascii_json(text: str) -> None:
    got = written(Format.JSONL, [{"file_name": text}])
    assert got.isascii()
    assert got.count("\n") == 1
    assert json.loads(got) == {"file_name": text}


def numbers(last: int) -> Callable[[str, int], Page]:
    """Pages of numbers, whose cursor is the next number; nothing lies behind `last`."""

    def read(cursor: str, limit: int) -> Page:
        found = range(int(cursor), min(last, int(cursor) + limit))
        after = str(found.stop) if found.stop < last else None
        return Page(tuple({"n": n, "x": ""} for n in found), after)

    return read


@pytest.mark.parametrize("last, limit", [(1, 5), (5, 5), (6, 5), (1200, 1100), (1100, 1100)])
async def test_a_truncated_export_says_where_to_go_on(last: int, limit: int) -> None:
    for form in Format:
        read = numbers(last)
        parts = export(read("0", min(500, limit)), read, form, ("n", "x"), limit)
        lines = b"".join([part async for part in parts]).decode().splitlines()
        count = min(last, limit)
        if form is Format.CSV:
            assert lines[0] == "n,x"
            end = f"# truncated after {count} verdicts; more: cursor={count},"
            assert lines[1 : count + 1] == [f"{n}," for n in range(count)]
        else:
            end = '{"truncated":{"verdicts":%d,"cursor":"%d"}}' % (count, count)  # noqa: UP031
        rest = lines[count + (form is Format.CSV) :]
        assert rest == ([end] if last > limit else [])


async def test_empty_pages_are_no_end() -> None:
    pages = {"a": Page((), "b"), "b": Page(({"n": 1},), None)}
    parts = export(Page((), "a"), lambda cursor, _: pages[cursor], Format.JSONL, ("n",), 10)
    assert [part async for part in parts] == [b'{"n":1}\n']


async def test_a_client_that_leaves_ends_it() -> None:
    """Its place is free again, and nothing further is read."""
    reads = 0
    left, places = asyncio.Event(), Places(1)

    def read(cursor: str, limit: int) -> Page:
        nonlocal reads
        reads += 1
        return numbers(10**9)(cursor, limit)

    async def send(message: object) -> None:
        if isinstance(message, dict) and message.get("body"):
            left.set()

    async def receive() -> dict[str, str]:
        await left.wait()
        return {"type": "http.disconnect"}

    content = export(numbers(10**9)("0", 5), read, Format.CSV, ("n", "x"), 10**9)
    place = Place(places, "dk_12345678", "export", always)
    response = ExportResponse(content, Format.CSV, "name", place)
    scope = {"type": "http", "asgi": {"spec_version": "2.3"}}
    async with asyncio.timeout(20):
        await response(scope, receive, send)
    places.require("dk_12345678", "export")
    seen = reads
    await asyncio.sleep(0)
    assert reads == seen


async def always() -> bool:
    return True


async def test_a_key_that_holds_no_more_reads_no_further_page() -> None:
    """What came is not whole, and says so: the last message of an answer never comes."""
    messages: list[Message] = []

    async def holds() -> bool:
        return len(messages) < 3  # the head, and two pages

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        raise AssertionError

    content = export(numbers(10**9)("0", 5), numbers(10**9), Format.JSONL, ("n", "x"), 10**9)
    place = Place(Places(1), "dk_12345678", "export", holds)
    scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
    async with asyncio.timeout(20):
        await ExportResponse(content, Format.JSONL, "name", place)(scope, receive, send)
    assert [message.get("more_body") for message in messages] == [None, True, True]


async def test_a_log_that_fails_breaks_the_transfer_off() -> None:
    def read(_: str, __: int) -> Page:
        raise OSError("gone")

    parts = export(Page(({"n": 1},), "1"), read, Format.JSONL, ("n",), 10)
    assert await anext(parts) == b'{"n":1}\n'
    with pytest.raises(OSError, match="gone"):
        await anext(parts)
