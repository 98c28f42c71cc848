"""Compression of answers for clients that ask for it, RFC 9110 §12.5.3.

No answer is compressed whose length could tell a secret (BREACH): what `keep_secret` marks, and
pages for a browser that sent cookies, because the forms on them hold the token of its session.
"""

import re
import zlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

import zstandard
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.conditional import coded_tag
from api.exchange import exchange_of

SMALLEST_BYTES = 1024
"""Below it, what is saved fits into the same packet."""
MEDIA_TYPES = frozenset(
    {
        "application/json",
        "application/problem+json",
        "application/x-ndjson",
        "image/svg+xml",
        "text/css",
        "text/csv",
        "text/html",
        "text/javascript",
        "text/plain",
    }
)
"""Not text/event-stream: an event is to be seen at once."""
GZIP_LEVEL = 4
ZSTD_LEVEL = 3
LOOP_BYTES = 32 * 1024
"""More is compressed in a thread: a megabyte takes gzip some ten milliseconds."""
_MEMBER = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")


class Compressor(Protocol):
    """zlib's and zstandard's own."""

    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


def chosen_coding(header: str) -> str | None:
    """Return "zstd" or "gzip", whichever the client likes more, and zstd of two; None: neither.

    A member that cannot be read is as if it were not there.
    """
    liked = {
        found[1].lower(): float(found[2] or 1)
        for found in map(_MEMBER.fullmatch, header[:1000].split(","))
        if found
    }
    others = liked.get("*", 0.0)
    weights = {
        "zstd": liked.get("zstd", others),
        "gzip": liked.get("gzip", liked.get("x-gzip", others)),
    }
    best = max(weights, key=weights.__getitem__)
    return best if weights[best] > 0 else None


@dataclass(slots=True)
class _Coded:
    compressor: Compressor

    async def body(self, message: Message) -> Message:
        last = not message.get("more_body", False)
        content = message.get("body", b"")
        if len(content) > LOOP_BYTES:
            coded = await run_in_threadpool(self._code, content, last=last)
        else:
            coded = self._code(content, last=last)
        return {**message, "body": coded}

    def _code(self, content: bytes, *, last: bool) -> bytes:
        coded = self.compressor.compress(content)
        return coded + self.compressor.flush() if last else coded


class Compression:
    """Pure ASGI: an export of any length is compressed piece by piece."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = ", ".join(Headers(scope=scope).getlist("accept-encoding"))
        coding = chosen_coding(asked)
        coded: _Coded | None = None

        async def send_wrapped(message: Message) -> None:
            nonlocal coded
            if message["type"] == "http.response.start" and _compressible(scope, message):
                headers = MutableHeaders(raw=message["headers"])
                headers.add_vary_header("Accept-Encoding")
                if coding is not None and _worth_it(headers):
                    coded = _Coded(_compressor(coding))
                    _announce(headers, coding)
                message = {**message, "headers": headers.raw}
            elif coded is not None and message["type"] == "http.response.body":
                message = await coded.body(message)
            await send(message)

        await self._app(scope, receive, send_wrapped)


def _compressible(scope: Scope, start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    media_type = headers.get("content-type", "").split(";", 1)[0].strip().lower()
    return (
        media_type in MEDIA_TYPES
        and start["status"] not in {HTTPStatus.NO_CONTENT, HTTPStatus.PARTIAL_CONTENT}
        and "content-encoding" not in headers
        and not exchange_of(scope).secret
        and not (media_type == "text/html" and "cookie" in Headers(scope=scope))
    )


def _worth_it(headers: MutableHeaders) -> bool:
    length = headers.get("content-length", "")
    return not length.isdigit() or int(length) >= SMALLEST_BYTES


def _announce(headers: MutableHeaders, coding: str) -> None:
    headers["Content-Encoding"] = coding
    if "content-length" in headers:
        del headers["content-length"]
    if "etag" in headers:
        headers["ETag"] = coded_tag(headers["etag"], coding)


def _compressor(coding: str) -> Compressor:
    if coding == "zstd":
        return zstandard.ZstdCompressor(ZSTD_LEVEL).compressobj()
    return zlib.compressobj(GZIP_LEVEL, wbits=zlib.MAX_WBITS | 16)
