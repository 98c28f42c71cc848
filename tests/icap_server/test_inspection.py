"""The exchange that inspects: what is kept, what is asked, which reply follows from a ruling."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from icap_server.inspection import InspectExchange
from icap_server.payload.http_head import HeadMalformed
from icap_server.profile import GENERIC
from scanners.model import Reason
from tests.icap_server.exchanges import (
    BODY,
    LIMIT,
    MakeOffice,
    echoed,
    judge,
    read_head,
    set_policy,
)
from verdicts.model import Direction
from verdicts.spool import SpoolSpace

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, ScriptedInspection

    Ask = Callable[..., Question]


ALLOWING = 'default = "allow"\n[[clause]]\nname = "a"\naction = "block"\nlevel = "malicious"\n'


@pytest.mark.parametrize("method", ["REQMOD", "RESPMOD"])
async def test_clean(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection", method: str
) -> None:
    head = read_head(question(BODY, "Allow: 204", method=method))
    reply = await judge(InspectExchange(head, make_office(), GENERIC), BODY)
    (record,) = inspection.records
    assert reply.status == 204
    assert f"X-Douane-Transfer: {record.transfer.id}\r\n".encode() in reply.head
    assert record.transfer.direction is (
        Direction.UPLOAD if method == "REQMOD" else Direction.DOWNLOAD
    )
    assert inspection.seen == [BODY]


@pytest.mark.parametrize("body", [BODY, b"worm"])
async def test_a_verdict_of_before_bears_the_tag_of_before(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    body: bytes,
) -> None:
    """Another rule set takes over while it is made: a proxy must not keep it as the new set's."""
    office, tags = make_office(), iter(['"before"', '"after"', '"later"'])
    office.istag = lambda: next(tags)
    inspection.gate = asyncio.Event()
    exchange = InspectExchange(read_head(question(body, "Allow: 204")), office, GENERIC)
    answering = asyncio.create_task(judge(exchange, body))
    while not inspection.waiting:  # noqa: ASYNC110 the double tells nobody
        await asyncio.sleep(0)
    assert office.istag() == '"after"'
    inspection.gate.set()
    assert b'ISTag: "before"\r\n' in (await answering).head


async def test_clean_without_204(make_office: MakeOffice, question: "Ask") -> None:
    head = read_head(question(BODY))
    assert echoed(await judge(InspectExchange(head, make_office(), GENERIC), BODY)) == BODY


async def test_malicious(make_office: MakeOffice, question: "Ask") -> None:
    head = read_head(question(b"worm", "Allow: 204"))
    reply = await judge(InspectExchange(head, make_office(), GENERIC), b"worm")
    assert b"403 Forbidden" in reply.head
    assert b"X-Infection-Found: Type=0; Resolution=2; Threat=Win.Worm.Test-1;\r\n" in reply.head


async def test_a_message_without_a_body_is_passed_on_unread(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    """HEAD, 304 and the like; most requests carry nothing."""
    exchange = InspectExchange(read_head(question(None)), make_office(), GENERIC)
    reply = exchange.reply_now(close=False)
    assert reply is not None
    assert (reply.status, reply.body) == (200, None)
    exchange = InspectExchange(read_head(question(None, "Allow: 204")), make_office(), GENERIC)
    reply = exchange.reply_now(close=False)
    assert reply is not None
    assert reply.status == 204
    assert inspection.records == []


async def test_preview(make_office: MakeOffice, question: "Ask") -> None:
    exchange = InspectExchange(read_head(question(b"ab", "Preview: 2")), make_office(), GENERIC)
    exchange.take(memoryview(b"ab"))
    assert not exchange.at_preview_end(), "a file is never judged by its beginning"
    assert echoed(await judge(exchange, b"cd")) == b"abcd", "§4.6: no 204 after 100 Continue"


async def test_whole_body_in_the_preview(make_office: MakeOffice, question: "Ask") -> None:
    exchange = InspectExchange(read_head(question(b"ab", "Preview: 2")), make_office(), GENERIC)
    assert (await judge(exchange, b"ab")).status == 204


async def test_half_a_body_is_never_judged(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    exchange = InspectExchange(read_head(question(BODY, "Allow: 204")), make_office(), GENERIC)
    with pytest.raises(RuntimeError):
        await judge(exchange, BODY, whole=False)
    assert inspection.seen == []


@pytest.mark.parametrize("http", ["no field", "Content-Length: 1\r\nContent-Length: 2"])
async def test_what_is_not_http(make_office: MakeOffice, question: "Ask", http: str) -> None:
    with pytest.raises(HeadMalformed):
        InspectExchange(read_head(question(b"", http=(http,))), make_office(), GENERIC)


async def test_too_large_is_answered_at_once(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    office = make_office(file_bytes=LIMIT)
    exchange = InspectExchange(read_head(question(b"", "Allow: 204")), office, GENERIC)
    assert not exchange.take(memoryview(bytes(LIMIT)))
    assert exchange.take(memoryview(b"x"))
    reply = await exchange.reply(close=True)
    assert b"403 Forbidden" in reply.head
    assert b"Threat=unscanned.too_large;" in reply.head
    (record,) = inspection.records
    assert [gap.reason for gap in record.ruling.verdict.unscanned] == [Reason.TOO_LARGE]
    exchange.close()
    assert not space.used


async def test_too_large_but_allowed(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    space: SpoolSpace,
) -> None:
    """The message passes as it came, every byte of it."""
    set_policy(inspection, space, ALLOWING)
    body = BODY * 4
    office = make_office(file_bytes=LIMIT)
    exchange = InspectExchange(read_head(question(b"")), office, GENERIC)
    assert echoed(await judge(exchange, body)) == body
    assert inspection.seen == []


async def test_too_large_but_allowed_with_204(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    space: SpoolSpace,
) -> None:
    set_policy(inspection, space, ALLOWING)
    exchange = InspectExchange(
        read_head(question(b"", "Allow: 204")), make_office(file_bytes=LIMIT), GENERIC
    )
    exchange.take(memoryview(bytes(LIMIT + 1)))
    assert not exchange.collects
    assert not space.used, "nobody will want these bytes back"
    assert (await judge(exchange, BODY)).status == 204
    assert inspection.records[0].size == LIMIT + 1 + len(BODY)


async def test_what_is_lost_is_not_echoed(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    space: SpoolSpace,
) -> None:
    """No room, no leave for 204, but the policy would pass it: an error, never half a message."""
    set_policy(inspection, space, ALLOWING)
    exchange = InspectExchange(read_head(question(b"")), make_office(), GENERIC)
    exchange.take(memoryview(BODY))
    assert exchange.give_up()
    reply = await exchange.reply(close=True)
    assert (reply.status, reply.close) == (500, True)


async def test_bypass(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    space: SpoolSpace,
) -> None:
    set_policy(inspection, space, 'default = "block"\nbypass_hosts = ["files.example"]\n')
    body = BODY * 4
    office = make_office(file_bytes=LIMIT)
    exchange = InspectExchange(read_head(question(b"")), office, GENERIC)
    assert echoed(await judge(exchange, body)) == body, "however large"
    exchange = InspectExchange(read_head(question(b"", "Preview: 5")), office, GENERIC)
    exchange.take(memoryview(b"abc"))
    assert exchange.at_preview_end()
    assert (await exchange.reply(close=False)).status == 204
    assert inspection.seen == []
    assert {record.ruling.clause for record in inspection.records} == {"bypass"}


@pytest.mark.parametrize("method", ["REQMOD", "RESPMOD"])
async def test_unchanged_for_who_takes_206(
    make_office: MakeOffice, question: "Ask", space: SpoolSpace, method: str
) -> None:
    """The client goes on with its own body from the first byte (draft-icap-ext-partial-content)."""
    asked = question(BODY, "Allow: 206", method=method)
    reply = await judge(InspectExchange(read_head(asked), make_office(), GENERIC), BODY)
    part = method[:3].lower()
    assert reply.status == 206
    assert reply.body is not None
    assert (b"".join(reply.body), reply.last_chunk) == (b"", b"0; use-original-body=0\r\n\r\n")
    assert f"{part}-hdr=0, {part}-body={len(asked.http_head)}\r\n".encode() in reply.head
    assert reply.head.endswith(asked.http_head)


async def test_no_206_where_squid_takes_none(make_office: MakeOffice, question: "Ask") -> None:
    """After 100 Continue it takes one only together with Allow: 204, and then 204 is shorter."""
    head = read_head(question(b"ab", "Preview: 2", "Allow: 206"))
    exchange = InspectExchange(head, make_office(), GENERIC)
    exchange.take(memoryview(b"ab"))
    assert not exchange.at_preview_end()
    assert echoed(await judge(exchange, b"cd")) == b"abcd"


@pytest.mark.parametrize("field", ["Allow: 204", "Allow: 206", "Preview: 9"])
async def test_what_will_not_be_echoed_is_not_kept(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    space: SpoolSpace,
    field: str,
) -> None:
    set_policy(inspection, space, 'default = "block"\nbypass_hosts = ["files.example"]\n')
    exchange = InspectExchange(read_head(question(b"", field)), make_office(), GENERIC)
    exchange.take(memoryview(BODY))
    assert not exchange.collects
    assert not space.used
    if field.startswith("Preview"):
        assert exchange.at_preview_end()
    assert (await exchange.reply(close=False)).status == (206 if "206" in field else 204)


@pytest.mark.parametrize("text, status", [("5", None), ("0", 0), ("9" * 19, None), ("-5", None)])
def test_the_rest_of_a_body(
    make_office: MakeOffice, question: "Ask", text: str, status: int | None
) -> None:
    """As Content-Length has it; a statement that is wrong or was wrong says nothing."""
    head = read_head(question(b"", http=(f"Content-Length: {text}",)))
    exchange = InspectExchange(head, make_office(), GENERIC)
    if text == "5":
        exchange.take(memoryview(b"abc"))
        assert exchange.rest == 2
        exchange.take(memoryview(b"def"))
    assert exchange.rest == status
