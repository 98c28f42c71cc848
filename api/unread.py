"""What happens to a body that nobody read: the connection is closed, after a moment to be heard.

A server that answers early and keeps the connection has to take in the rest, 2 GB if the client
likes; one that closes at once resets the connection, and the answer may be lost (RFC 9112 §9.6).
"""

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LINGER_SECONDS = 1.0
LINGER_BYTES = 1024 * 1024


class Unread:
    """The outermost layer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body_left = _has_body(Headers(scope=scope))

        async def receive_wrapped() -> Message:
            nonlocal body_left
            message = await receive()
            body_left = bool(message.get("more_body", False))
            return message

        async def send_wrapped(message: Message) -> None:
            if body_left and message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers["Connection"] = "close"
                message = {**message, "headers": headers.raw}
            elif body_left and not message.get("more_body", False):
                await send({**message, "more_body": True})
                await _linger(receive)
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await self._app(scope, receive_wrapped, send_wrapped)


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


async def _linger(receive: Receive) -> None:
    """Take in a little more, until the client has stopped or had time to read the answer."""
    taken = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while taken < LINGER_BYTES:
                message = await receive()
                taken += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
            await asyncio.Event().wait()
