"""The live feed: what there was, and a stream that ends with the session."""

import asyncio
from contextlib import ExitStack
from typing import Any

import pytest
from starlette.types import Message

from api.app import STREAMS
from api.pages import live
from tests.api.pages.conftest import SignedIn, Visit
from verdicts.ledger.event_log.new_events import NewEvent, ask_add_events

ALARM = NewEvent(1, "alarm", "", "", {"part": "front 0", "ok": False, "explanation": ""})


class Stream:
    """What a browser hears of the feed."""

    def __init__(self, site: Any, visitor: Visit, query: str = "") -> None:
        self.heard = b""
        self.status = 0
        self.news = asyncio.Event()
        cookie = f"douane={visitor.client.cookies['douane']}".encode()
        self._scope = {
            "type": "http",
            "method": "GET",
            "path": "/live/events",
            "raw_path": b"/live/events",
            "query_string": query.encode(),
            "headers": [(b"cookie", cookie)],
            "scheme": "http",
            "server": ("douane", 80),
            "client": ("192.0.2.1", 1),
        }
        self.ended = asyncio.create_task(site.app(self._scope, self._receive, self._send))

    async def _receive(self) -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def _send(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        self.heard += message.get("body", b"")
        self.news.set()

    async def until(self, text: bytes) -> None:
        async with asyncio.timeout(20):
            while text not in self.heard:
                self.news.clear()
                await self.news.wait()


async def test_what_there_was(visitor: Visit) -> None:
    page = await visitor.get("/live")
    assert page.count('<th data-label="File"') == 10 + 1  # and the template of a row
    assert 'data-last="' in page


async def test_what_happens_then(site: Any, visitor: Visit) -> None:
    stream = Stream(site, visitor, "kind=alarm&kind=verdict")
    await stream.until(b"retry")
    await asyncio.to_thread(ask_add_events, site.place.socket, [ALARM])
    await stream.until(b"event: alarm\ndata: ")
    assert stream.status == 200
    site.closing.set()
    async with asyncio.timeout(20):
        await stream.ended


async def test_signing_out_ends_it(
    site: Any, visitor: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0)
    stream = Stream(site, visitor)
    await stream.until(b"retry")
    await visitor.send_form("/", "/sign-out")
    async with asyncio.timeout(20):
        await stream.ended


async def test_to_watch_is_to_use_the_session(
    site: Any, visitor: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = asyncio.Event()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(live, "LOOK_SECONDS", 0)
    monkeypatch.setattr(live, "use_is_due", lambda *_: True)
    monkeypatch.setattr(live, "note_use", lambda *_: loop.call_soon_threadsafe(noted.set))
    stream = Stream(site, visitor)
    async with asyncio.timeout(20):
        await noted.wait()
    site.closing.set()
    await stream.ended


async def test_without_a_session_and_with_nonsense(stranger: Visit, signed_in: SignedIn) -> None:
    assert (await stranger.client.get("/live/events")).status_code == 303
    visitor = await signed_in()
    for query in ("kind=x", "colour=red", "after=-1"):
        assert (await visitor.client.get(f"/live/events?{query}")).status_code == 422


async def test_places_are_few(site: Any, visitor: Visit) -> None:
    streams = site.app.state.services.streams
    with ExitStack() as stack:
        for number in range(STREAMS):
            stack.enter_context(streams.taken(str(number), "stream"))
        assert (await visitor.client.get("/live/events")).status_code == 503
