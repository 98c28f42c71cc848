"""The exchange that inspects: what is kept, what is asked, which reply follows from a ruling."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from icap_server.inspection import InspectExchange, Office
from icap_server.payload.http_head import HeadMalformed
from icap_server.replies import Reply
from icap_server.wire.connection import ServerConnection
from icap_server.wire.events import RequestHead
from scanners.model import Reason
from verdicts.model import Action, Direction
from verdicts.policy import Policy
from verdicts.spool import SpoolSpace

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, ScriptedInspection

    Ask = Callable[..., Question]

MakeOffice = Callable[..., Office]
STREAM = ("Content-Type: text/event-stream",)
LIMIT = 1000


def read_head(question: "Question") -> RequestHead:
    head = ServerConnection().receive(question.wire)[0]
    assert isinstance(head, RequestHead)
    return head


async def judge(exchange: InspectExchange, body: bytes, *, whole: bool = True) -> Reply:
    for at in range(0, len(body), 300):
        if exchange.take(memoryview(body[at : at + 300])):
            break
    else:
        if whole:
            exchange.end()
    return exchange.reply_now(close=False) or await exchange.reply(close=False)


def echoed(reply: Reply) -> bytes:
    assert reply.status == 200
    assert reply.body is not None
    assert b"403 Forbidden" not in reply.head
    return b"".join(reply.body)


BODY = bytes(range(256)) * 3


@pytest.mark.parametrize("method", ["REQMOD", "RESPMOD"])
async def test_clean(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection", method: str
) -> None:
    head = read_head(question(BODY, "Allow: 204", method=method))
    reply = await judge(InspectExchange(head, make_office()), BODY)
    (record,) = inspection.records
    assert reply.status == 204
    assert f"X-Douane-Transfer: {record.transfer.id}\r\n".encode() in reply.head
    assert record.transfer.direction is (
        Direction.UPLOAD if method == "REQMOD" else Direction.DOWNLOAD
    )
    assert inspection.seen == [BODY]


async def test_clean_without_204(make_office: MakeOffice, question: "Ask") -> None:
    head = read_head(question(BODY))
    assert echoed(await judge(InspectExchange(head, make_office()), BODY)) == BODY


async def test_malicious(make_office: MakeOffice, question: "Ask") -> None:
    head = read_head(question(b"worm", "Allow: 204"))
    reply = await judge(InspectExchange(head, make_office()), b"worm")
    assert b"403 Forbidden" in reply.head
    assert b"X-Infection-Found: Type=0; Resolution=2; Threat=Win.Worm.Test-1;\r\n" in reply.head


async def test_a_message_without_a_body_is_passed_on_unread(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    """HEAD, 304 and the like; most requests carry nothing."""
    exchange = InspectExchange(read_head(question(None)), make_office())
    reply = exchange.reply_now(close=False)
    assert reply is not None
    assert (reply.status, reply.body) == (200, None)
    exchange = InspectExchange(read_head(question(None, "Allow: 204")), make_office())
    reply = exchange.reply_now(close=False)
    assert reply is not None
    assert reply.status == 204
    assert inspection.records == []


async def test_preview(make_office: MakeOffice, question: "Ask") -> None:
    exchange = InspectExchange(read_head(question(b"ab", "Preview: 2")), make_office())
    exchange.take(memoryview(b"ab"))
    assert not exchange.at_preview_end(), "a file is never judged by its beginning"
    assert echoed(await judge(exchange, b"cd")) == b"abcd", "§4.6: no 204 after 100 Continue"


async def test_whole_body_in_the_preview(make_office: MakeOffice, question: "Ask") -> None:
    exchange = InspectExchange(read_head(question(b"ab", "Preview: 2")), make_office())
    assert (await judge(exchange, b"ab")).status == 204


async def test_half_a_body_is_never_judged(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    exchange = InspectExchange(read_head(question(BODY, "Allow: 204")), make_office())
    with pytest.raises(RuntimeError):
        await judge(exchange, BODY, whole=False)
    assert inspection.seen == []


@pytest.mark.parametrize("http", ["no field", "Content-Length: 1\r\nContent-Length: 2"])
async def test_what_is_not_http(make_office: MakeOffice, question: "Ask", http: str) -> None:
    with pytest.raises(HeadMalformed):
        InspectExchange(read_head(question(b"", http=(http,))), make_office())


async def test_too_large_is_answered_at_once(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    office = make_office(file_bytes=LIMIT)
    exchange = InspectExchange(read_head(question(b"", "Allow: 204")), office)
    assert not exchange.take(memoryview(bytes(LIMIT)))
    assert exchange.take(memoryview(b"x"))
    reply = await exchange.reply(close=True)
    assert b"403 Forbidden" in reply.head
    assert b"Threat=unscanned.too_large;" in reply.head
    (record,) = inspection.records
    assert [gap.reason for gap in record.ruling.verdict.unscanned] == [Reason.TOO_LARGE]
    exchange.close()
    assert not space.used


def set_policy(inspection: "ScriptedInspection", space: SpoolSpace, text: str) -> None:
    path = space.folder / "policy.toml"
    path.write_text(text)
    inspection.policy = Policy.read(path)


async def test_too_large_but_allowed(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    space: SpoolSpace,
) -> None:
    """The message passes as it came, every byte of it."""
    set_policy(inspection, space, 'default = "allow"\n')
    body = BODY * 4
    office = make_office(file_bytes=LIMIT)
    exchange = InspectExchange(read_head(question(b"")), office)
    assert echoed(await judge(exchange, body)) == body
    assert inspection.seen == []


async def test_too_large_but_allowed_with_204(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    space: SpoolSpace,
) -> None:
    set_policy(inspection, space, 'default = "allow"\n')
    exchange = InspectExchange(
        read_head(question(b"", "Allow: 204")), make_office(file_bytes=LIMIT)
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
    set_policy(inspection, space, 'default = "allow"\n')
    exchange = InspectExchange(read_head(question(b"")), make_office())
    exchange.take(memoryview(BODY))
    assert exchange.give_up()
    reply = await exchange.reply(close=True)
    assert (reply.status, reply.close) == (500, True)


@pytest.mark.parametrize("fields", [("Allow: 204",), ("Preview: 100",)])
async def test_an_endless_response_is_answered_at_its_head(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    fields: tuple[str, ...],
) -> None:
    exchange = InspectExchange(read_head(question(b"", *fields, http=STREAM)), make_office())
    assert exchange.answers_early
    reply = await exchange.reply(close=True)
    assert reply.status == 204
    (record,) = inspection.records
    assert record.ruling.action is Action.ALLOW
    assert [gap.reason for gap in record.ruling.verdict.unscanned] == [Reason.STREAMING]


async def test_an_endless_response_does_not_fill_the_spool(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    """Where 204 is not allowed its end is waited for, up to the limit for files."""
    office = make_office(file_bytes=LIMIT)
    exchange = InspectExchange(read_head(question(b"", http=STREAM)), office)
    assert not exchange.answers_early
    assert not exchange.take(memoryview(bytes(LIMIT)))
    assert exchange.take(memoryview(b"x"))
    assert b"unscanned.too_large" in (await exchange.reply(close=True)).head


MEDIA = ("Content-Type: audio/mpeg",)


@pytest.mark.parametrize("sample, status", [(b"ID3 song", 204), (b"a worm", 200)])
async def test_the_preview_of_a_media_stream_is_scanned(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    sample: bytes,
    status: int,
) -> None:
    """Whoever calls a worm music without a length does not get it past the scanners."""
    ask = question(b"", "Preview: 100", http=MEDIA)
    exchange = InspectExchange(read_head(ask), make_office())
    assert not exchange.answers_early
    assert not exchange.take(memoryview(sample))
    assert exchange.at_preview_end()
    assert (await exchange.reply(close=False)).status == status
    (record,) = inspection.records
    assert inspection.seen == [sample]
    assert [gap.reason for gap in record.ruling.verdict.unscanned] == [Reason.STREAMING]


async def test_without_a_preview_the_first_bytes_of_a_stream_are_scanned(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    ask = question(b"", "Allow: 204", http=MEDIA)
    exchange = InspectExchange(read_head(ask), make_office())
    assert not exchange.take(memoryview(bytes(4096)))
    assert exchange.take(memoryview(b"x"))
    assert (await exchange.reply(close=True)).status == 204
    assert inspection.seen == [bytes(4096) + b"x"]


async def test_a_stream_that_ends_is_a_file(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    exchange = InspectExchange(read_head(question(b"", http=MEDIA)), make_office())
    assert echoed(await judge(exchange, BODY)) == BODY
    (record,) = inspection.records
    assert record.ruling.verdict.unscanned == ()


async def test_a_bypassed_stream_is_answered_at_its_head(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    set_policy(inspection, space, 'default = "block"\nbypass_hosts = ["files.example"]\n')
    exchange = InspectExchange(read_head(question(b"", "Preview: 9", http=STREAM)), make_office())
    assert exchange.answers_early
    assert (await exchange.reply(close=True)).status == 204


async def test_bypass(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    space: SpoolSpace,
) -> None:
    set_policy(inspection, space, 'default = "block"\nbypass_hosts = ["files.example"]\n')
    body = BODY * 4
    office = make_office(file_bytes=LIMIT)
    exchange = InspectExchange(read_head(question(b"")), office)
    assert echoed(await judge(exchange, body)) == body, "however large"
    exchange = InspectExchange(read_head(question(b"", "Preview: 5")), office)
    exchange.take(memoryview(b"abc"))
    assert exchange.at_preview_end()
    assert (await exchange.reply(close=False)).status == 204
    assert inspection.seen == []
    assert {record.ruling.clause for record in inspection.records} == {"bypass"}
