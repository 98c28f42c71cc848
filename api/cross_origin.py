"""Which other origins may call the API from a browser: those of the settings, and no credentials.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Collection
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EXPOSED = (
    "Content-Disposition, ETag, Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After, "
    "X-Request-ID"
)
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Disposition, Content-Type, "
    "Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-ID",
    "Access-Control-Max-Age": "600",
}


class CrossOrigin:
    """Pages of these origins may read answers.  They need a key: cookies are never allowed."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        origin = headers.get("origin")

        async def send_wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(raw=message["headers"])
                answer.add_vary_header("Origin")
                if origin in self._origins:
                    answer["Access-Control-Allow-Origin"] = str(origin)
                    answer["Access-Control-Expose-Headers"] = EXPOSED
                message = {**message, "headers": answer.raw}
            await send(message)

        if (
            origin in self._origins
            and scope["method"] == "OPTIONS"
            and "access-control-request-method" in headers
        ):
            allowed = Response(status_code=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)
            await allowed(scope, receive, send_wrapped)
        else:
            await self._app(scope, receive, send_wrapped)
