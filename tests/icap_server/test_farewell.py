"""The end of a connection: time and room for the last reply, and an end to both."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from icap_server.deadlines import LINGER_SECONDS, Deadlines
from icap_server.farewell import LINGER_BYTES, Farewell
from icap_server.settings import IcapSettings

if TYPE_CHECKING:
    from tests.icap_server.conftest import Scene
    from tests.icap_server.fake_transport import FakeTransport

NOW = 1000.0


@pytest.fixture
def transport(make_transport: "type[FakeTransport]") -> "FakeTransport":
    return make_transport(asyncio.Protocol())


@pytest.fixture
def farewell(transport: "FakeTransport") -> Farewell:
    return Farewell(transport, Deadlines(IcapSettings(progress_seconds=60), lambda: NOW))


def test_our_side_ends_and_theirs_is_read_on(
    farewell: Farewell, transport: "FakeTransport"
) -> None:
    transport.pause_reading()
    assert not farewell.begun
    farewell.begin(heard_all=False)
    assert farewell.begun
    assert transport.ended
    assert transport.reading
    assert not transport.closing


def test_only_so_much_is_thrown_away(farewell: Farewell, transport: "FakeTransport") -> None:
    farewell.begin(heard_all=False)
    farewell.throw_away(bytes(LINGER_BYTES))
    assert not transport.aborted
    farewell.throw_away(b"x")
    assert transport.aborted
    assert farewell.begun, "what is still in the pipe is no request"


def test_time_to_read_the_reply(farewell: Farewell, transport: "FakeTransport") -> None:
    transport.write(b"reply")
    farewell.begin(heard_all=False)
    farewell.check(NOW + LINGER_SECONDS)
    assert not transport.aborted, "some of it lies here"
    transport.read_all()
    farewell.check(NOW + LINGER_SECONDS)
    assert transport.aborted


def test_even_a_slow_reader_has_an_end(farewell: Farewell, transport: "FakeTransport") -> None:
    transport.write(b"reply")
    farewell.begin(heard_all=False)
    farewell.check(NOW + 60)
    assert transport.aborted


def test_close(farewell: Farewell, transport: "FakeTransport") -> None:
    farewell.close()
    assert transport.closing
    assert not transport.aborted


@pytest.fixture
def secure(transport: "FakeTransport", monkeypatch: pytest.MonkeyPatch) -> "FakeTransport":
    """TLS has no end of one direction."""
    monkeypatch.setattr(transport, "can_write_eof", lambda: False)
    return transport


@pytest.mark.parametrize("heard_all", [True, False])
async def test_tls_closes_at_once_if_nothing_more_can_come(
    farewell: Farewell, secure: "FakeTransport", *, heard_all: bool
) -> None:
    """Some clients read until the end; and who still sends must not lose the reply."""
    farewell.begin(heard_all=heard_all)
    assert not secure.closing, "the reply has not left yet"
    await asyncio.sleep(0)
    assert secure.closing is heard_all
    assert not secure.ended


async def test_tls_waits_for_a_client_that_reads_slowly(
    farewell: Farewell, secure: "FakeTransport"
) -> None:
    secure.write(b"reply")
    farewell.begin(heard_all=True)
    await asyncio.sleep(0)
    assert not secure.closing


async def test_tls_ends_with_the_reply_if_the_request_was_whole(
    scene: "Scene", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.transport, "can_write_eof", lambda: False)
    request = b"OPTIONS icap://h/respmod ICAP/1.0\r\nConnection: close\r\n\r\n"
    scene.session.data_received(request)
    assert scene.statuses() == [200]
    scene.transport.read_all()
    await scene.turn()
    assert scene.transport.closing
    assert not scene.transport.aborted
