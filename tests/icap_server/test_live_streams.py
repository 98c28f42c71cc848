"""Responses that may never end: ruled on by what comes of them within a moment."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from icap_server.inspection import InspectExchange
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
from verdicts.model import Action
from verdicts.spool import SpoolSpace

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, ScriptedInspection

    Ask = Callable[..., Question]

STREAM = ("Content-Type: text/event-stream",)


@pytest.mark.parametrize("fields", [("Allow: 204",), ("Preview: 100",)])
async def test_an_endless_response_is_answered_at_its_head(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    fields: tuple[str, ...],
) -> None:
    head = read_head(question(b"", *fields, http=STREAM))
    exchange = InspectExchange(head, make_office(), GENERIC)
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
    exchange = InspectExchange(read_head(question(b"", http=STREAM)), office, GENERIC)
    assert not exchange.answers_early
    assert not exchange.take(memoryview(bytes(LIMIT)))
    assert exchange.take(memoryview(b"x"))
    assert b"unscanned.too_large" in (await exchange.reply(close=True)).head


MEDIA = ("Content-Type: audio/mpeg",)


SONG, FAKE = b"ID3 song".ljust(4096), b"a worm".ljust(4096)


@pytest.mark.parametrize("sample, status", [(SONG, 204), (FAKE, 200)], ids=["song", "worm"])
async def test_the_preview_of_a_media_stream_is_scanned(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    sample: bytes,
    status: int,
) -> None:
    """Whoever calls a worm music without a length does not get it past the scanners."""
    ask = question(b"", "Preview: 4096", http=MEDIA)
    exchange = InspectExchange(read_head(ask), make_office(), GENERIC)
    assert not exchange.answers_early
    assert not exchange.take(memoryview(sample))
    assert exchange.at_preview_end()
    assert (await exchange.reply(close=False)).status == status
    (record,) = inspection.records
    assert inspection.seen == [sample]
    assert [gap.reason for gap in record.ruling.verdict.unscanned] == [Reason.STREAMING]


@pytest.mark.parametrize("http, allow", [(MEDIA, ""), (MEDIA, "204"), (STREAM, "204")], ids=str)
async def test_a_preview_shorter_than_the_sample_does_not_decide(
    make_office: MakeOffice,
    question: "Ask",
    inspection: "ScriptedInspection",
    http: tuple[str, ...],
    allow: str,
) -> None:
    """Nobody gets a program past the scanners by previewing nothing of it."""
    fields = ("Preview: 0", *([f"Allow: {allow}"] if allow else []))
    exchange = InspectExchange(read_head(question(b"", *fields, http=http)), make_office(), GENERIC)
    assert not exchange.at_preview_end()
    assert exchange.take(memoryview(FAKE + b"x")) == bool(allow)
    if not allow:
        exchange.end()
    assert b"X-Infection-Found" in (await exchange.reply(close=True)).head


async def test_without_a_preview_the_first_bytes_of_a_stream_are_scanned(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    ask = question(b"", "Allow: 204", http=MEDIA)
    exchange = InspectExchange(read_head(ask), make_office(), GENERIC)
    assert not exchange.take(memoryview(bytes(4096)))
    assert exchange.take(memoryview(b"x"))
    assert (await exchange.reply(close=True)).status == 204
    assert inspection.seen == [bytes(4096) + b"x"]


async def test_a_stream_that_ends_is_a_file(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection"
) -> None:
    exchange = InspectExchange(read_head(question(b"", http=MEDIA)), make_office(), GENERIC)
    assert echoed(await judge(exchange, BODY)) == BODY
    (record,) = inspection.records
    assert record.ruling.verdict.unscanned == ()


async def test_a_bypassed_stream_is_answered_at_its_head(
    make_office: MakeOffice, question: "Ask", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    set_policy(inspection, space, 'default = "block"\nbypass_hosts = ["files.example"]\n')
    head = read_head(question(b"", "Preview: 9", http=STREAM))
    exchange = InspectExchange(head, make_office(), GENERIC)
    assert exchange.answers_early
    assert (await exchange.reply(close=True)).status == 204
