"""Who may do what: API keys, looked up at every request so that a revoked one stops, and tokens."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
from fastapi import BackgroundTasks, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.audit import audited
from api.exchange import exchange_of
from api.idempotency import only_once
from api.issuer import IssuerAway
from api.oidc import BadToken, NoRole, TokenCheck, looks_like_token
from api.parameters import check_query
from api.problems import RequestFailed
from api.rate_limit import network_of
from api.route_scopes import in_scope, scope_of
from api.services import Served, Services
from verdicts.ledger.access.key_table import TOKEN_START, ApiKey, find_key
from verdicts.ledger.questions import (
    KeyUsed,
    LedgerAway,
    LedgerFailed,
    LogUnavailable,
    Role,
    ask_change,
)
from verdicts.ledger.reading.queries import Reader
from verdicts.model import utc_now
from verdicts.record import microseconds

WRONG_KEY_SECONDS = 0.25
"""Delay of the answer to a wrong key.  Keys are not guessable; this keeps the attempts cheap."""
LONGEST_DELAY_SECONDS = 4.0
DELAY_GROWTH = 1.1
"""With each wrong key of the address in the last minute; after 30 the longest delay is reached."""
USE_NOTED_SECONDS = 600
METRICS = "/metrics"
"""Must be had when the database is away: that is what somebody has to be told then."""
BEARER = HTTPBearer(
    auto_error=False, description="An API key, dk_…, or a token of the OIDC issuer."
)
log = structlog.get_logger()


async def _key(
    request: Request,
    services: Served,
    background: BackgroundTasks,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> ApiKey:
    if credentials is None:
        raise _unauthorized("Send an API key: Authorization: Bearer dk_…")
    key = await find_valid_key(request, services, credentials.credentials)
    exchange_of(request.scope).headers |= services.limits.take(key.prefix)
    now = time.monotonic()
    noted = services.key_uses.get(key.prefix, -USE_NOTED_SECONDS)
    if now - noted >= USE_NOTED_SECONDS and not key.prefix.startswith(TOKEN_START):
        services.key_uses[key.prefix] = now
        background.add_task(_note_use, services.ledger, key.prefix)
    return key


async def find_valid_key(request: Request, services: Services, presented: str) -> ApiKey:
    """Return what is known of a key that somebody presents; raise RequestFailed if it is no good.

    Whoever signs in to the dashboard comes this way, too.
    """
    address = request.client.host if request.client else ""
    services.limits.before_lookup(address, presented)
    if services.tokens and looks_like_token(presented):
        key = await _bearer(services.tokens, presented)
    else:
        key = await _stored(services, presented, metrics=request.scope["path"] == METRICS)
    right = key is not None and key.valid(microseconds(utc_now()))
    wrong = services.limits.after_lookup(address, presented, right=right)
    if key is None or not right:
        await asyncio.sleep(delay_after(wrong))
        raise _unauthorized("This key is wrong, expired or revoked.")
    return key


async def note_refused_sign_in(services: Services, request: Request) -> None:
    """Leave a row in the audit for the first of a network, every ten minutes, and few in all."""
    network = network_of(request.client.host if request.client else "")
    if services.refused_sign_ins.is_new(network, ""):
        with suppress(RequestFailed):  # it is in the log, then
            await audited(services, request, None, "session.refused", network)


def delay_after(wrong: int) -> float:
    """Return the seconds after which the last of so many wrong keys is answered."""
    return min(WRONG_KEY_SECONDS * DELAY_GROWTH**wrong, LONGEST_DELAY_SECONDS)


def require(role: Role) -> Callable[..., Awaitable[ApiKey]]:
    """Return a dependency that gives the key if it may do what `role` may, else a 401 or 403.

    A key that is limited to scopes also needs the one of the route.
    """

    async def checked(
        request: Request, services: Served, key: Annotated[ApiKey, Depends(_key)]
    ) -> ApiKey:
        path = request.scope["path"]
        if not key.role.may(role):
            await deny(services, request, key, f"role {role.value}")
        if not in_scope(key.scopes, path):
            await deny(services, request, key, f"scope {scope_of(path) or 'of no limited key'}")
        check_query(request)
        await only_once(request, services, key.prefix)
        return key

    return checked


Viewer = Depends(require(Role.VIEWER))
AnyKey = Annotated[ApiKey, Viewer]
Analyst = Annotated[ApiKey, Depends(require(Role.ANALYST))]
Admin = Annotated[ApiKey, Depends(require(Role.ADMIN))]


async def deny(services: Services, request: Request, key: ApiKey, needed: str) -> NoReturn:
    """Refuse, and leave a row in the audit if the key was not just refused the same."""
    route = getattr(request.scope.get("route"), "path", "")
    what = f"{request.method} {route}"
    if services.denials.is_new(key.prefix, what):
        with suppress(RequestFailed):  # what was refused is no change: it is in the log, then
            await audited(services, request, key, "denied", what, after={"needed": needed})
    raise RequestFailed(HTTPStatus.FORBIDDEN, f"This needs the {needed}.")


async def _stored(services: Services, presented: str, *, metrics: bool) -> ApiKey | None:
    """Return what the database says of a key; of one that asks for metrics, or what it said."""
    try:
        key = await run_in_threadpool(_find, services.reader, presented)
    except LogUnavailable:
        if not metrics or (known := services.known_keys.recall(presented)) is None:
            raise
        return known
    if metrics:
        services.known_keys.note(presented, key)
    return key


async def _bearer(tokens: TokenCheck, presented: str) -> ApiKey | None:
    """Return whom a token speaks for; None if it proves nothing."""
    try:
        return await tokens.identity(presented)
    except BadToken as error:
        log.info("api.token_refused", reason=str(error))
        return None
    except NoRole as error:
        log.info("api.token_without_role", looked_at=str(error))
        raise RequestFailed(
            HTTPStatus.FORBIDDEN, "The token is right, but gives no role here."
        ) from None
    except IssuerAway:
        raise RequestFailed(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The issuer of tokens does not answer. API keys work all the same.",
            {"Retry-After": "5"},
        ) from None


def _unauthorized(detail: str) -> RequestFailed:
    return RequestFailed(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})


def _find(reader: Reader, key: str) -> ApiKey | None:
    with reader.connect() as connection:
        return find_key(connection, key)


def _note_use(ledger: Path, prefix: str) -> None:
    """Best effort, after the answer."""
    try:
        ask_change(ledger, KeyUsed(prefix, microseconds(utc_now())))
    except (LedgerAway, LedgerFailed):
        log.warning("api.key_use_not_noted", key=prefix)
