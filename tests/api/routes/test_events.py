"""The stream over HTTP: its form, where it begins, and how many may follow."""

import asyncio
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from starlette.types import Message

from api import event_stream
from api.app import STREAMS, STREAMS_A_KEY
from api.event_stream import RETRY
from api.key_watch import KeyWatch
from verdicts.ledger.event_log.new_events import NewEvent, ask_add_events
from verdicts.ledger.questions import Role


@pytest.fixture
async def stored(site: Any, ledger: None) -> None:
    new = [
        NewEvent(1, "ruleset", "r1", "", {"action": "activated"}),
        NewEvent(2, "shadow", "r2", "", {"level": "malicious"}),
    ]
    await asyncio.to_thread(ask_add_events, site.place.socket, new)


async def followed(site: Any, query: str, last: str) -> str:
    """Return what a client hears until nothing more comes, and a heartbeat says so."""
    heard: list[bytes] = []
    head: dict[str, Any] = {}
    headers = [
        (b"authorization", f"Bearer {site.keys[Role.VIEWER]}".encode()),
    ]
    if last:
        headers.append((b"last-event-id", last.encode()))
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/v1/events",
        "raw_path": b"/v1/events",
        "query_string": query.encode(),
        "headers": headers,
    }

    async def receive() -> Message:
        await site.closing.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        head.update(message)
        heard.append(message.get("body", b""))
        if message.get("body") == b":\n\n":
            site.closing.set()

    async with asyncio.timeout(20):
        await site.app(scope, receive, send)
    assert head["status"] == 200
    sent = dict(head["headers"])
    assert sent[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert sent[b"cache-control"] == b"no-store"
    return b"".join(heard).decode()


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    "query, last, heard",
    [
        ("", "5", ["6", "7"]),
        ("", "6", ["7"]),
        ("after=6", "", ["7"]),
        ("after=0", "6", ["7"]),
        ("kind=shadow", "0", ["7"]),
        ("kind=shadow&kind=ruleset", "0", ["6", "7"]),
        ("kind=feedback", "0", []),
        ("action=block", "3", ["4", "5"]),
        ("level=malicious&kind=verdict", "4", ["5"]),
        ("level=malicious", "4", ["5", "7"]),
        ("channel=telegram&code=signature.yara", "4", ["5"]),
        ("code=signature.clamav", "0", []),
    ],
)
async def test_what_is_heard(
    site: Any, monkeypatch: pytest.MonkeyPatch, query: str, last: str, heard: list[str]
) -> None:
    monkeypatch.setattr(event_stream, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.01)
    text = await followed(site, query, last)
    assert [line[4:] for line in text.splitlines() if line.startswith("id: ")] == heard


@pytest.mark.parametrize("last", ["-1", "x", "", "1.5", "9" * 19])
async def test_number_that_is_none(client: httpx.AsyncClient, last: str) -> None:
    answer = await client.get("/v1/events", headers={"Last-Event-ID": last})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "header.last-event-id"


@pytest.mark.parametrize(
    "query, where",
    [
        ("kind=gossip", "query.kind.0"),
        ("action=explode", "query.action.0"),
        ("level=bad", "query.level.0"),
        ("code=x", "query.code.0"),
        ("after=-1", "query.after"),
        ("after=1000000000000000000", "query.after"),
        ("channel=" + "x" * 257, "query.channel.0"),
        ("nonsense=1", "query.nonsense"),
    ],
)
async def test_filter_that_is_none(client: httpx.AsyncClient, query: str, where: str) -> None:
    answer = await client.get(f"/v1/events?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == where


async def test_revoked_key_hears_no_more(
    site: Any, ledger: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeyWatch, "holds", never)
    async with asyncio.timeout(10):
        assert await followed(site, "", "0") == RETRY.decode()


async def never(_: object, __: object) -> bool:
    return False


async def test_places_are_counted(site: Any, client: httpx.AsyncClient) -> None:
    """One key leaves room for others."""
    streams, mine = site.app.state.services.streams, site.keys[Role.ADMIN][:11]
    with ExitStack() as stack:
        for _ in range(STREAMS_A_KEY):
            stack.enter_context(streams.taken(mine, "stream"))
        answer = await client.get("/v1/events")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
        for number in range(STREAMS - STREAMS_A_KEY):
            stack.enter_context(streams.taken(str(number), "stream"))
        async with site.client(Role.VIEWER) as viewer:
            answer = await viewer.get("/v1/events")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
