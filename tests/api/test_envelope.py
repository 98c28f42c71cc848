"""What surrounds every answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
import structlog
from starlette.types import Message, Receive, Scope, Send

from api.conditional import CACHE_CONTROL
from api.envelope import SECURITY_HEADERS, Envelope

PATHS = ["/v1/health/live", "/v1/verdicts", "/nowhere", "/openapi.json", "/v1/verdicts?limit=0"]


@pytest.mark.parametrize("path", PATHS)
async def test_security_headers(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    for name, value in SECURITY_HEADERS.items():
        tagged = name == "Cache-Control" and "etag" in answer.headers
        assert answer.headers[name] == (CACHE_CONTROL if tagged else value)


async def test_each_request_has_its_id(client: httpx.AsyncClient) -> None:
    ids = {(await client.get("/v1/health/live")).headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.parametrize(
    "theirs, kept", [("trace-1:a/b", True), ("a b", False), ("x" * 129, False)]
)
async def test_id_of_the_client_is_logged_beside_ours(theirs: str, kept: bool) -> None:
    noted: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        noted.update(structlog.contextvars.get_contextvars(), ours=scope["request_id"])

    await run(app, (b"x-request-id", theirs.encode()))
    assert noted["request_id"] == noted["ours"] != theirs
    assert noted.get("client_request_id") == (theirs if kept else None)
    assert "request_id" not in structlog.contextvars.get_contextvars()


async def test_headers_of_the_exchange_go_out() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["exchange"].headers["RateLimit"] = "x"
        await send({"type": "http.response.start", "status": 200, "headers": []})

    (start,) = await run(app)
    assert dict(start["headers"])[b"ratelimit"] == b"x"


async def test_stricter_header_of_a_route_is_kept() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"cache-control", b"private")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    (start,) = await run(app)
    assert dict(start["headers"])[b"cache-control"] == b"private"


async def run(
    app: Callable[..., Awaitable[None]],
    *headers: tuple[bytes, bytes],
    sent: list[Message] | None = None,
) -> list[Message]:
    """Return what the application sends through the envelope; into `sent`, whatever happens."""
    messages: list[Message] = [] if sent is None else sent

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await Envelope(app)({"type": "http", "path": "/", "headers": headers}, receive, send)
    return messages


async def test_bug_after_the_first_byte_breaks_the_answer_off() -> None:
    """A second answer inside the first would be worse than none."""
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("late")

    with pytest.raises(RuntimeError, match="late"):
        await run(app, sent=sent)
    assert len(sent) == 1


async def test_other_protocols_pass() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    await Envelope(app)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert seen == ["lifespan"]
