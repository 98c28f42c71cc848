"""The exchanges that need no inspection: OPTIONS, refusals, the echo."""

import pytest

from icap_server.exchange import (
    DRAIN_BYTES,
    MAX_ECHO,
    EchoExchange,
    OptionsExchange,
    RefusalExchange,
)
from icap_server.profile import GENERIC
from icap_server.services import Service
from icap_server.settings import IcapSettings
from icap_server.wire.events import RequestHead

ISTAG = '"a"'
RESPONSE = b"HTTP/1.1 200 OK\r\n\r\n"


def head(*, allow_204: bool = False, preview: int | None = None, body: bool = True) -> RequestHead:
    return RequestHead("RESPMOD", "echo", {}, b"", RESPONSE, body, preview, allow_204, False, False)


@pytest.mark.parametrize("close", [False, True])
def test_options(close: bool) -> None:
    service, settings = Service("respmod", ("RESPMOD",)), IcapSettings()
    exchange = OptionsExchange(head(), service, settings, ISTAG, GENERIC, max_connections=77)
    reply = exchange.reply_now(close=close)
    assert reply.status == 200
    assert reply.body is None
    assert reply.close == close == (b"\r\nConnection: close\r\n" in reply.head)
    assert reply.head.startswith(b"ICAP/1.0 200 OK\r\nMethods: RESPMOD\r\n")
    assert b"\r\nMax-Connections: 77\r\n" in reply.head
    assert b"\r\nAllow: 204\r\n" in reply.head
    assert reply.head.endswith(b"\r\nEncapsulated: null-body=0\r\n\r\n")


@pytest.mark.parametrize("status", [404, 405])
@pytest.mark.parametrize("close", [False, True])
def test_refusal(status: int, close: bool) -> None:
    """The request is in order, so the connection may go on."""
    reply = RefusalExchange(status, ISTAG).reply_now(close=close)
    assert reply.status == status
    assert reply.close == close == (b"\r\nConnection: close\r\n" in reply.head)
    assert b'\r\nISTag: "a"\r\n' in reply.head
    assert reply.head.endswith(b"\r\nEncapsulated: null-body=0\r\n\r\n")


def test_a_body_that_nobody_needs_is_read_over() -> None:
    exchange = RefusalExchange(404, ISTAG)
    assert not exchange.answers_early
    assert not exchange.collects
    assert not exchange.take(memoryview(b"x"))
    assert exchange.rest is None
    assert exchange.drip(0, close=False) == b""
    assert not exchange.give_up()
    assert exchange.at_preview_end(), "and the rest after a preview is not asked for"


@pytest.mark.parametrize(
    "question, status",
    [
        (head(allow_204=True), 204),
        (head(preview=10), 204),
        (head(allow_204=True, preview=0), 204),
        (head(), 200),
        (head(body=False), 200),
    ],
)
def test_echo(question: RequestHead, status: int) -> None:
    exchange = EchoExchange(question, ISTAG)
    if question.has_body:
        assert not exchange.take(memoryview(b"abc"))
        assert not exchange.take(memoryview(b"de"))
    reply = exchange.reply_now(close=False)
    assert reply.status == status
    if status == 200 and question.has_body:
        assert reply.body is not None
        assert b"".join(reply.body) == b"abcde"
    else:
        assert reply.body is None


def test_echo_keeps_only_so_much() -> None:
    exchange = EchoExchange(head(), ISTAG)
    piece = memoryview(bytes(MAX_ECHO))
    assert not exchange.take(piece)
    assert exchange.take(memoryview(b"x"))
    reply = exchange.reply_now(close=True)
    assert (reply.status, reply.close) == (500, True)


@pytest.mark.parametrize("question", [head(allow_204=True), head(preview=9)])
def test_echo_keeps_nothing_that_is_not_to_be_repeated(question: RequestHead) -> None:
    exchange = EchoExchange(question, ISTAG)
    assert not exchange.take(memoryview(bytes(MAX_ECHO + 1)))
    assert exchange.reply_now(close=False).status == 204


async def test_every_reply_of_this_kind_is_ready() -> None:
    with pytest.raises(NotImplementedError):
        await RefusalExchange(404, ISTAG).reply(close=False)


def test_a_body_that_nobody_needs_is_read_over_only_so_far() -> None:
    exchange = RefusalExchange(405, ISTAG)
    assert not exchange.take(memoryview(bytes(DRAIN_BYTES)))
    assert exchange.take(memoryview(b"x"))
    assert exchange.take(memoryview(b"x"))
