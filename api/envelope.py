"""A layer around all: request ids, security headers, and bugs that do not show their text."""

import re
import secrets

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import Exchange
from api.problems import problem

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SANE_ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}", re.ASCII)
log = structlog.get_logger()


class Envelope:
    """Pure ASGI, so that a body of any size streams through it.

    Every request gets an id of ours: those of clients could be made to look like another's in the
    log and in the audit.  One that is harmless text stands beside ours in each line of the log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = scope["exchange"] = Exchange(secrets.token_hex(8))
        scope["request_id"] = exchange.request_id
        started = False

        async def send_wrapped(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = exchange.request_id
                headers.update(exchange.headers)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(**_ids(scope, exchange.request_id)):
            try:
                await self._app(scope, receive, send_wrapped)
            except Exception:
                log.exception("api.bug", path=scope["path"])
                if started:
                    raise
                failed = problem(
                    Request(scope), 500, "A bug of ours; the log has it by request id."
                )
                await failed(scope, receive, send_wrapped)


def _ids(scope: Scope, request_id: str) -> dict[str, str]:
    theirs = Headers(scope=scope).get("x-request-id", "")
    ids = {"request_id": request_id}
    return {**ids, "client_request_id": theirs} if SANE_ID.fullmatch(theirs) else ids
