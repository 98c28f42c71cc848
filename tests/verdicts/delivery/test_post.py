"""One POST: to the address that was judged, by the name of the certificate, bounded."""

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from bench.servers.receiver import Receiver, Reply
from verdicts.delivery import addresses, post
from verdicts.delivery.post import ANSWER_BYTES, Answer, Post, trust
from verdicts.delivery.sender import ReceiverAway

AUTHORITY = trustme.CA()


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def secure() -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("hook.example").configure_cert(context)
    with Receiver(tls=context) as made:
        yield made


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """hook.example and evil.example are this machine; who asks is noted."""
    asked: list[str] = []

    async def getaddrinfo(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    loop = asyncio.new_event_loop()
    loop.close()
    monkeypatch.setattr(
        asyncio.BaseEventLoop, "getaddrinfo", lambda _, *a, **k: getaddrinfo(*a, **k)
    )
    return asked


async def test_what_arrives(receiver: Receiver) -> None:
    receiver.decide = lambda _: Reply(202, b"thanks")
    async with Post(f"{receiver.url}/in?x=1", ca_file="", allow_private=True) as send:
        assert await send({"X-Own": "1"}, b"body") == Answer(202, b"thanks")
        assert await send({}, b"again") == Answer(202, b"thanks")
    first, second = receiver.received
    assert (first.path, first.body, first.headers["x-own"]) == ("/in?x=1", b"body", "1")
    assert first.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert first.headers["user-agent"] == "Douane"
    assert second.body == b"again"


async def test_certificate_is_the_names(secure: Receiver, ca_file: str, names: list[str]) -> None:
    url = f"https://hook.example:{secure.port}/"
    async with Post(url, ca_file=ca_file, allow_private=True) as send:
        assert (await send({}, b"x")).taken
    assert secure.received[0].headers["host"] == f"hook.example:{secure.port}"
    assert names == ["hook.example"]  # asked once: what was judged is what was called
    url = f"https://evil.example:{secure.port}/"
    async with Post(url, ca_file=ca_file, allow_private=True) as send:
        with pytest.raises(ReceiverAway, match="match"):
            await send({}, b"x")
    async with Post(f"https://hook.example:{secure.port}/", ca_file="", allow_private=True) as send:
        with pytest.raises(ReceiverAway, match="verify failed"):
            await send({}, b"x")
    assert len(secure.received) == 1


async def test_name_is_called_as_it_is_written(ca_file: str, names: list[str]) -> None:
    """Decoded and encoded again by older rules it would be strasse.example."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("xn--strae-oqa.example").configure_cert(context)
    told: list[str | None] = []
    context.sni_callback = lambda _, name, __: told.append(name)
    with Receiver(tls=context) as strict:
        url = f"https://xn--strae-oqa.example:{strict.port}/"
        async with Post(url, ca_file=ca_file, allow_private=True) as send:
            assert (await send({}, b"x")).taken
    assert names == told == ["xn--strae-oqa.example"]
    assert strict.received[0].headers["host"] == f"xn--strae-oqa.example:{strict.port}"


@pytest.mark.parametrize("host", ["xn--a", "a..b", "a" * 70, "-a-.invalid", "a%20b"])
async def test_name_that_is_none(host: str) -> None:
    async with Post(f"https://{host}/x", ca_file="", allow_private=False) as send:
        with pytest.raises(ReceiverAway):
            await send({}, b"x")


async def test_private_address_is_not_even_called(receiver: Receiver) -> None:
    async with Post(receiver.url, ca_file="", allow_private=False) as send:
        with pytest.raises(ReceiverAway, match="not public"):
            await send({}, b"x")
    assert receiver.received == []


async def test_name_is_judged_at_every_request(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public at first, this machine a moment later, and a connection is open."""
    monkeypatch.setattr(addresses, "is_public", lambda _: True)
    async with Post(receiver.url, ca_file="", allow_private=False) as send:
        assert (await send({}, b"x")).taken
        monkeypatch.setattr(addresses, "is_public", lambda _: False)
        with pytest.raises(ReceiverAway, match="not public"):
            await send({}, b"x")
    assert len(receiver.received) == 1


async def test_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.decide = lambda _: Reply(302, headers=(("Location", "/other"),))
    async with Post(receiver.url, ca_file="", allow_private=True) as send:
        answer = await send({}, b"x")
    assert (answer.status, answer.taken, answer.worth_waiting) == (302, False, False)
    assert len(receiver.received) == 1


@pytest.mark.parametrize("place", ["https://xn--a/", "//xn--a/x", "https://[v1.x]/", "http://"])
async def test_redirect_to_nowhere(receiver: Receiver, place: str) -> None:
    receiver.decide = lambda _: Reply(302, headers=(("Location", place),))
    async with Post(receiver.url, ca_file="", allow_private=True) as send:
        try:
            assert not (await send({}, b"x")).taken
        except ReceiverAway as away:
            assert str(away)


async def test_long_answer_is_not_read(receiver: Receiver) -> None:
    receiver.decide = lambda _: Reply(200, b"x" * 50_000_000)
    async with Post(receiver.url, ca_file="", allow_private=True) as send:
        assert await send({}, b"x") == Answer(200, b"x" * ANSWER_BYTES)
        receiver.decide = lambda _: Reply(204)
        assert (await send({}, b"y")).status == 204


async def test_one_that_hangs(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "TIMEOUT_SECONDS", 0.2)
    end = threading.Event()
    receiver.decide = lambda _: Reply(hang=end)
    async with Post(receiver.url, ca_file="", allow_private=True) as send:
        with pytest.raises(ReceiverAway, match=r"no answer within 0\.2 s"):
            await send({}, b"x")
    end.set()


async def test_nobody_there() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/secret-path"
        async with Post(url, ca_file="", allow_private=True) as send:
            with pytest.raises(ReceiverAway) as away:
                await send({}, b"x")
    assert "secret" not in str(away.value)


async def test_compressed_answer_is_not_unpacked(receiver: Receiver) -> None:
    receiver.decide = lambda _: Reply(200, b"\x1f\x8b bomb", (("Content-Encoding", "gzip"),))
    async with Post(receiver.url, ca_file="", allow_private=True) as send:
        assert (await send({}, b"x")).body == b"\x1f\x8b bomb"


def test_authority_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no certificate")
    for path in ("x", "absent"):
        with pytest.raises(ReceiverAway, match=path):
            trust(str(tmp_path / path))


@pytest.mark.parametrize("status, worth", [(500, True), (503, True), (429, True), (408, True),
                                           (400, False), (404, False), (200, False)])  # fmt: skip
def test_worth_waiting(status: int, worth: bool) -> None:
    assert Answer(status, json.dumps({}).encode()).worth_waiting is worth
