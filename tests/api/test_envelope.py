"""What surrounds every answer."""

from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from api.envelope import SECURITY_HEADERS, Envelope

PATHS = ["/v1/health/live", "/v1/verdicts", "/nowhere", "/docs", "/v1/verdicts?limit=0"]


@pytest.mark.parametrize("path", PATHS)
async def test_security_headers(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value


async def test_each_request_has_its_id(client: httpx.AsyncClient) -> None:
    ids = {(await client.get("/v1/health/live")).headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5


async def test_stricter_header_of_a_route_is_kept() -> None:
    sent = await run(b"cache-control", b"private")
    assert dict(sent[0]["headers"])[b"cache-control"] == b"private"


async def run(name: bytes, value: bytes) -> list[Message]:
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(name, value)]})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await Envelope(app)({"type": "http", "path": "/"}, receive, send)
    return sent


async def test_bug_after_the_first_byte_breaks_the_answer_off() -> None:
    """A second answer inside the first would be worse than none."""
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("late")

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(RuntimeError, match="late"):
        await Envelope(app)({"type": "http", "path": "/"}, receive, send)
    assert len(sent) == 1


async def test_other_protocols_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    await Envelope(app)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert seen == ["lifespan"]
