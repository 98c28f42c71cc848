"""Ranges: pieces of one file are judged as a whole; on wish nobody asks for a piece at all."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from icap_server.inspection import InspectExchange
from icap_server.office import Office
from icap_server.profile import GENERIC
from icap_server.replies import Reply
from tests.icap_server.exchanges import MakeOffice, echoed, judge, read_head
from verdicts.pieces import PieceStore

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, ScriptedInspection

    Ask = Callable[..., Question]

GET = "GET http://files.example/a.zip HTTP/1.1"


@pytest.fixture
def office(make_office: MakeOffice, tmp_path: Path) -> Office:
    folder = tmp_path / "pieces"
    folder.mkdir()
    return replace(make_office(), pieces=PieceStore(folder, 10_000, 10_000))


async def fetch(office: Office, question: "Ask", data: bytes, first: int, total: int) -> Reply:
    stated = f"Content-Range: bytes {first}-{first + len(data) - 1}/{total}"
    http = f"HTTP/1.1 206 Partial Content\r\n{stated}\r\n\r\n".encode()
    head = replace(read_head(question(data, "X-Client-IP: 192.0.2.7")), http_response=http)
    return await judge(InspectExchange(head, office, GENERIC), data)


async def test_the_whole_is_judged_with_its_last_piece(
    office: Office, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    assert echoed(await fetch(office, question, b"wo", 0, 4)) == b"wo"
    reply = await fetch(office, question, b"rm", 2, 4)
    assert b"403 Forbidden" in reply.head
    assert inspection.seen == [b"wo", b"rm", b"worm"]
    assert [record.transfer.partial for record in inspection.records] == [True, True, False]
    ids = {record.transfer.id for record in inspection.records}
    assert len(ids) == 3
    assert inspection.records[-1].transfer.id.encode() in reply.head


async def test_a_piece_that_is_bad_by_itself_is_blocked(
    office: Office, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    """Its client may heed no Content-Range, and what stood before it was only meant to hide it."""
    await fetch(office, question, b"x", 0, 5)
    reply = await fetch(office, question, b"worm", 1, 5)
    assert b"403 Forbidden" in reply.head
    assert inspection.seen == [b"x", b"worm"]


async def test_a_clean_whole_gives_its_last_piece_only(office: Office, question: "Ask") -> None:
    await fetch(office, question, b"abc", 0, 5)
    assert echoed(await fetch(office, question, b"de", 3, 5)) == b"de"


async def test_a_piece_alone_stays_partial(
    office: Office, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    await fetch(office, question, b"rm", 2, 4)
    assert inspection.seen == [b"rm"]
    assert inspection.records[0].transfer.partial


async def test_without_a_store_pieces_stay_pieces(
    office: Office, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    lone = replace(office, pieces=None)
    await fetch(lone, question, b"wo", 0, 4)
    await fetch(lone, question, b"rm", 2, 4)
    assert inspection.seen == [b"wo", b"rm"]


def ask_for_a_part(office: Office, question: "Ask", *fields: str) -> Reply:
    http = f"{GET}\r\nHost: files.example\r\nRange: bytes=5-\r\n\r\n".encode()
    head = replace(read_head(question(None, *fields, method="REQMOD")), http_request=http)
    reply = InspectExchange(head, office, GENERIC).reply_now(close=False)
    assert reply is not None
    return reply


@pytest.mark.parametrize("allow", ["Allow: 204", "Allow: 204, 206", "X: y"])
def test_a_request_for_a_part_becomes_one_for_the_whole(
    make_office: MakeOffice, question: "Ask", allow: str
) -> None:
    reply = ask_for_a_part(make_office(remove_range=True), question, allow)
    assert reply.status == 200
    assert GET.encode() in reply.head
    assert b"Range" not in reply.head
    assert b"Via: ICAP/1.0 douane\r\n" in reply.head


def test_by_default_it_stays_as_it_is(make_office: MakeOffice, question: "Ask") -> None:
    assert ask_for_a_part(make_office(), question, "Allow: 204").status == 204
    assert b"Range: bytes=5-" in ask_for_a_part(make_office(), question).head


def test_other_requests_stay_as_they_are(make_office: MakeOffice, question: "Ask") -> None:
    head = read_head(question(None, "Allow: 204", method="REQMOD"))
    exchange = InspectExchange(head, make_office(remove_range=True), GENERIC)
    reply = exchange.reply_now(close=False)
    assert reply is not None
    assert reply.status == 204
