"""Entity tags: answers that a client has already, and changes only of what it has seen.

RFC 9110 §8.8.3 and §13, RFC 6585 §3.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import exchange_of
from api.problem_kinds import ProblemKind
from api.problems import RequestFailed

TAGGED_BYTES = 4 * 1024 * 1024
"""Larger answers are not held back to be hashed."""
CACHE_CONTROL = "private, no-cache"
"""The client's own cache may keep it and has to ask each time; nobody else's may."""
KEPT = ("cache-control", "content-location", "etag", "vary")
"""Of the headers of the answer, RFC 9110 §15.4.5."""
_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_CODING = re.compile(r"-(?:gzip|zstd)$")


def content_tag(content: bytes) -> str:
    """Return a strong tag, quotes included."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def state_tag(row: object) -> str:
    """Return a strong tag of something that can be changed, from its fields as the API shows them.

    For routes whose object is changed by others: give it as ETag, and to `Precondition.check`.
    """
    return content_tag(json.dumps(row, sort_keys=True, default=str).encode())


def coded_tag(tag: str, coding: str) -> str:
    """Return the tag of the same content in a content coding: other bytes, RFC 9110 §8.8.3.3."""
    return f'{tag.removesuffix(chr(34))}-{coding}"'


def matches(header: str, tag: str) -> str | None:
    """Return the tag of If-Match or If-None-Match that names this one, in whatever coding."""
    if header.strip() == "*":
        return tag
    wanted = tag.strip('"')
    for found in _TAG.finditer(header):
        if _CODING.sub("", found[1]) == wanted:
            return f'"{found[1]}"'
    return None


@dataclass(frozen=True, slots=True)
class Precondition:
    """What If-Match says; None if it was not sent."""

    header: str | None

    def check(self, tag: str) -> None:
        """Raise RequestFailed (412) unless the client has seen the state of this tag."""
        if self.header is not None and matches(self.header, tag) is None:
            raise RequestFailed(
                HTTPStatus.PRECONDITION_FAILED,
                "It has changed since it was read; read it again. Nothing was changed.",
                {"ETag": tag},
                kind=ProblemKind.STALE,
            )


def _given(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description="ETag of what is to be changed, as you have read it."),
    ] = None,
) -> Precondition:
    return Precondition(if_match)


def _required(given: Annotated[Precondition, Depends(_given)]) -> Precondition:
    if given.header is None:
        raise RequestFailed(
            HTTPStatus.PRECONDITION_REQUIRED,
            "Send If-Match with the ETag of what is to be changed.",
            kind=ProblemKind.PRECONDITION_MISSING,
        )
    return given


IfMatch = Annotated[Precondition, Depends(_given)]
"""For orders: heeded if it is sent."""
NeedsIfMatch = Annotated[Precondition, Depends(_required)]
"""For PUT, PATCH and DELETE: 428 without it.  Declare it after the key."""


class Conditional:
    """Tags answers to GET that hold JSON and know their length; what streams is passed on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        content = bytearray()

        async def send_wrapped(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _tagged(scope, message):
                start = message  # goes out with the content
                return
            if start is not None:
                content.extend(message.get("body", b""))
                if message.get("more_body", False):
                    return
                message = _answer(scope, start, bytes(content))
                await send(start)
            await send(message)

        await self._app(scope, receive, send_wrapped)


def _tagged(scope: Scope, start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    length = headers.get("content-length", "")
    return (
        start["status"] == HTTPStatus.OK
        and headers.get("content-type", "").startswith("application/json")
        and length.isdigit()
        and int(length) <= TAGGED_BYTES
        and not exchange_of(scope).secret
    )


def _answer(scope: Scope, start: Message, content: bytes) -> Message:
    """Return the body, after the head was completed: 304 if the client has it already."""
    headers = MutableHeaders(raw=start["headers"])
    tag = headers.setdefault("ETag", content_tag(content))
    headers.setdefault("Cache-Control", CACHE_CONTROL)
    had = matches(", ".join(Headers(scope=scope).getlist("if-none-match")), tag)
    if had is not None:
        headers["ETag"] = had
        start["status"] = HTTPStatus.NOT_MODIFIED
        content = b""
        for name in set(headers) - set(KEPT):
            del headers[name]
    start["headers"] = headers.raw
    return {"type": "http.response.body", "body": content}
