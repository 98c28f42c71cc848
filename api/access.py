"""Who may do what: API keys, looked up at every request, so that a revoked one stops at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import structlog
from fastapi import BackgroundTasks, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.exchange import exchange_of
from api.idempotency import only_once
from api.parameters import check_query
from api.problems import RequestFailed
from api.services import Served, Services
from verdicts.ledger.key_table import ApiKey, find_key
from verdicts.ledger.queries import Reader
from verdicts.ledger.questions import KeyUsed, LedgerAway, LedgerFailed, Role, ask_change
from verdicts.model import utc_now
from verdicts.record import microseconds

WRONG_KEY_SECONDS = 0.25
"""Delay of the answer to a wrong key.  Keys are not guessable; this keeps the attempts cheap."""
USE_NOTED_SECONDS = 600
BEARER = HTTPBearer(auto_error=False, description="An API key, dk_…")
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
    if time.monotonic() - services.key_uses.get(key.prefix, -USE_NOTED_SECONDS) >= (
        USE_NOTED_SECONDS
    ):
        services.key_uses[key.prefix] = time.monotonic()
        background.add_task(_note_use, services.ledger, key.prefix)
    return key


async def find_valid_key(request: Request, services: Services, presented: str) -> ApiKey:
    """Return what is known of a key that somebody presents; raise RequestFailed if it is no good.

    Whoever signs in to the dashboard comes this way, too.
    """
    address = request.client.host if request.client else ""
    services.limits.before_lookup(address, presented)
    key = await run_in_threadpool(_find, services.reader, presented)
    right = key is not None and key.valid(microseconds(utc_now()))
    services.limits.after_lookup(address, presented, right=right)
    if key is None or not right:
        await asyncio.sleep(WRONG_KEY_SECONDS)
        raise _unauthorized("This key is wrong, expired or revoked.")
    return key


def require(role: Role) -> Callable[..., Awaitable[ApiKey]]:
    """Return a dependency that gives the key if it may do what `role` may, else a 401 or 403."""

    async def checked(
        request: Request, services: Served, key: Annotated[ApiKey, Depends(_key)]
    ) -> ApiKey:
        if not key.role.may(role):
            raise RequestFailed(HTTPStatus.FORBIDDEN, f"This needs the role {role.value}.")
        check_query(request)
        await only_once(request, services, key.prefix)
        return key

    return checked


Viewer = Depends(require(Role.VIEWER))
AnyKey = Annotated[ApiKey, Viewer]
Analyst = Annotated[ApiKey, Depends(require(Role.ANALYST))]
Admin = Annotated[ApiKey, Depends(require(Role.ADMIN))]


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
