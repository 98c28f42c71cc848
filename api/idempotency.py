"""`Idempotency-Key`: a POST that is sent again is not done again, and gets the same answer.

draft-ietf-httpapi-idempotency-key-header.  Only what succeeded is kept, for 24 hours: a request
that failed has changed nothing, and the same key may be tried again.
"""

import asyncio
import hashlib
import json
import re
from http import HTTPStatus
from pathlib import Path

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.bodies import read_past
from api.exchange import Exchange, exchange_of
from api.problem_kinds import ProblemKind
from api.problems import RequestFailed
from api.services import Services
from scanners.settings import MiB
from verdicts.ledger.access.request_changes import ClaimRequest, KeepAnswer, ReleaseRequest
from verdicts.ledger.access.requests import BODY_BYTES, Kept, find_request
from verdicts.ledger.questions import LedgerAway, LedgerFailed, ask_change
from verdicts.ledger.reading.queries import Reader
from verdicts.model import utc_now
from verdicts.record import microseconds

HEADER = "idempotency-key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
LARGEST = 64 * MiB
"""What any body may have that is not a file to be inspected."""
KEPT_HEADERS = ("content-type", "etag", "location")
log = structlog.get_logger()


class Replayed(Exception):
    """The request was answered before."""

    def __init__(self, answer: Response) -> None:
        super().__init__("answered before")
        self.answer = answer


def install(app: FastAPI, ledger: Path) -> None:
    """Make the application heed the header: its routes, by `only_once`."""
    app.add_exception_handler(Replayed, _replayed)
    app.add_middleware(Idempotency, ledger=ledger)


async def only_once(request: Request, services: Services, owner: str) -> None:
    """Claim the request for this owner, if it has an Idempotency-Key.  Called when it may be done.

    Raise Replayed if it was answered before, RequestFailed if it cannot be known to be the same,
    LedgerAway or LedgerFailed if it cannot be claimed.
    """
    exchange = exchange_of(request.scope)
    sent = request.headers.getlist(HEADER)
    if request.method != "POST" or not sent or exchange.claim is not None:
        return
    if len(sent) > 1 or not KEY.fullmatch(sent[0]):
        raise RequestFailed(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "One key of 1 to 255 visible characters.",
            field=f"header.{HEADER}",
        )
    claim = ClaimRequest(owner, sent[0], microseconds(utc_now()))
    if await run_in_threadpool(ask_change, services.ledger, claim):
        exchange.claim = (owner, sent[0])
        return
    kept = await run_in_threadpool(_find, services.reader, owner, sent[0])
    if kept is None or kept.status == 0:
        raise RequestFailed(
            HTTPStatus.CONFLICT,
            "The first request with this key has not ended.",
            {"Retry-After": "5"},
            kind=ProblemKind.KEY_IN_FLIGHT,
        )
    settings = services.settings
    await read_past(request, max(settings.scan_limit_bytes, LARGEST), settings.upload_seconds)
    raise Replayed(_replay(kept, fingerprint(request.scope)))


def fingerprint(scope: Scope) -> str:
    """Return what tells one request from another, after its body was read: 64 hex digits."""
    parts = (scope["method"].encode(), scope["raw_path"], scope["query_string"])
    digest = hashlib.sha256(b"\n".join(parts) + b"\n" + exchange_of(scope).digest.digest())
    return digest.hexdigest()


class Idempotency:
    """Hashes the bodies of such requests as they stream past, and keeps the answers."""

    def __init__(self, app: ASGIApp, ledger: Path) -> None:
        self._app = app
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] != "POST"
            or HEADER not in Headers(scope=scope)
        ):
            await self._app(scope, receive, send)
            return
        exchange = exchange_of(scope)
        answer = _Answer()
        reading = True

        async def receive_wrapped() -> Message:
            nonlocal reading
            message = await receive()
            if message["type"] == "http.request":
                exchange.digest.update(message.get("body", b""))
                reading = message.get("more_body", False)
            return message

        async def send_wrapped(message: Message) -> None:
            if exchange.claim is None:
                await send(message)
                return
            answer.take(message)
            if message.get("more_body", False) or message["type"] == "http.response.start":
                return
            if reading:
                await _read_rest(receive_wrapped)
            await self._settle(scope, exchange, answer)
            for held in answer.messages:
                await send(held)

        try:
            await self._app(scope, receive_wrapped, send_wrapped)
        finally:
            if exchange.claim is not None:  # nothing was answered
                await asyncio.shield(self._ask(ReleaseRequest(*exchange.claim)))

    async def _settle(self, scope: Scope, exchange: Exchange, answer: "_Answer") -> None:
        """Keep the answer before the client has it: who did not get it will ask again."""
        assert exchange.claim is not None  # noqa: S101 - checked by the caller
        owner, key = exchange.claim
        exchange.claim = None
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            await self._ask(ReleaseRequest(owner, key))
            return
        headers, body = ("", "") if exchange.secret else answer.kept()
        change = KeepAnswer(owner, key, fingerprint(scope), answer.status, headers, body)
        await self._ask(change)

    async def _ask(self, change: KeepAnswer | ReleaseRequest) -> None:
        """Best effort: what stays claimed is refused as in flight, and not done twice."""
        try:
            await run_in_threadpool(ask_change, self._ledger, change)
        except (LedgerAway, LedgerFailed):
            log.warning("api.answer_not_kept", owner=change.owner)


class _Answer:
    """An answer, held back until it is kept.  Answers to POST are short."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    def take(self, message: Message) -> None:
        self.messages.append(message)

    def kept(self) -> tuple[str, str]:
        """Return headers and body as they are stored; empty texts if it is too large or no text."""
        body = b"".join(one.get("body", b"") for one in self.messages[1:])
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return "", ""
        if len(body) > BODY_BYTES:
            return "", ""
        headers = Headers(raw=self.messages[0]["headers"])
        return json.dumps({one: headers[one] for one in KEPT_HEADERS if one in headers}), text


def _replayed(_: Request, error: Exception) -> Response:
    assert isinstance(error, Replayed)  # noqa: S101 - installed for nothing else
    return error.answer


def _find(reader: Reader, owner: str, key: str) -> Kept | None:
    with reader.connect() as connection:
        return find_request(connection, owner, key)


async def _read_rest(receive: Receive) -> None:
    """Read what the route left of the body, if it is short; else no other request is the same."""
    size = 0
    while size <= BODY_BYTES:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _replay(kept: Kept, asked: str) -> Response:
    if kept.fingerprint.hex() != asked:
        raise RequestFailed(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "This key came with another request before.",
            kind=ProblemKind.KEY_REUSED,
        )
    if not kept.headers:
        raise RequestFailed(
            HTTPStatus.CONFLICT,
            f"It was done and answered with {kept.status}; the answer is too large or too secret "
            "to be kept.",
            kind=ProblemKind.ANSWER_NOT_KEPT,
        )
    headers = {**json.loads(kept.headers), "Idempotency-Replayed": "true"}
    return Response(kept.body, kept.status, headers)
