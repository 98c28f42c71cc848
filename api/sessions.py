"""Sessions of the dashboard: a random cookie in place of the key, and tokens for its forms."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api.audit import audited_change
from api.problems import RequestFailed
from api.services import Services
from verdicts.ledger.access.key_table import TOKEN_START, ApiKey
from verdicts.ledger.access.session_changes import EndSession, SessionSeen, StartSession
from verdicts.ledger.access.sessions import Session, find_session, session_digest
from verdicts.ledger.questions import LedgerAway, LedgerFailed, ask_change
from verdicts.model import utc_now
from verdicts.record import microseconds

TOKEN_BYTES = 32
TOKEN_LENGTH = 43
"""Characters of base64 for 256 bits."""
SEEN_NOTED_SECONDS = 60
_MICROSECOND = 1e6


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has signed in."""

    key: ApiKey
    token: str
    """What the browser holds.  A secret: never shown, never logged."""

    @property
    def csrf(self) -> str:
        """What every form of this session carries: no other site can know it."""
        return hmac.new(self.token.encode(), b"form", hashlib.sha256).hexdigest()

    def sent_form(self, csrf: str) -> bool:
        """Tell if a form came from a page of this session."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode("utf-8", "replace"))


async def start_session(
    services: Services, request: Request, key: ApiKey, former: str | None
) -> str:
    """Return the token of a new session; `former`, what the browser held before, ends.

    Raise RequestFailed if the key may not sign in; LedgerAway or LedgerFailed.
    """
    if key.prefix.startswith(TOKEN_START):
        raise RequestFailed(HTTPStatus.FORBIDDEN, "Sign in with an API key, not with a token.")
    if key.scopes:
        raise RequestFailed(
            HTTPStatus.FORBIDDEN,
            f"This key is limited to {', '.join(key.scopes)}; the dashboard shows everything.",
        )
    now = microseconds(utc_now())
    token = secrets.token_urlsafe(TOKEN_BYTES)
    lifetime = int(services.settings.session_hours * 3600 * _MICROSECOND)
    if former is not None:
        await _end_former(services, request, key, former)
    started = StartSession(session_digest(token), key.prefix, now, now + lifetime)
    if not await audited_change(services, request, key, started, "session.started", key.prefix):
        raise LedgerFailed("the key is gone")
    return token


def find_visitor(services: Services, token: str) -> Visitor | None:
    """Return who holds this token; None if the session has ended.  Blocks; LogUnavailable."""
    if len(token) != TOKEN_LENGTH:
        return None
    idle = int(services.settings.session_idle_minutes * 60 * _MICROSECOND)
    with services.reader.connect() as connection:
        session = find_session(connection, token)
    if session is None or not session.valid(microseconds(utc_now()), idle):
        return None
    return Visitor(session.key, token)


async def end_session(services: Services, request: Request, visitor: Visitor) -> None:
    """Raise LedgerAway or LedgerFailed: then it still holds."""
    ended = EndSession(session_digest(visitor.token))
    key = visitor.key
    await audited_change(services, request, key, ended, "session.ended", key.prefix)


async def _end_former(services: Services, request: Request, key: ApiKey, token: str) -> None:
    """End what `key` takes the place of; the audit says whose it was."""

    def find() -> Session | None:
        with services.reader.connect() as connection:
            return find_session(connection, token)

    if former := await run_in_threadpool(find):
        ended = EndSession(session_digest(token))
        await audited_change(services, request, key, ended, "session.ended", former.key.prefix)


def use_is_due(services: Services, visitor: Visitor) -> bool:
    """Tell, about once a minute and session, that its use is to be noted now."""
    digest = session_digest(visitor.token)
    now = time.monotonic()
    noted = services.session_uses.get(digest)
    if noted is not None and now - noted < SEEN_NOTED_SECONDS:
        return False
    for old in [one for one, at in services.session_uses.items() if now - at > SEEN_NOTED_SECONDS]:
        del services.session_uses[old]
    services.session_uses[digest] = now
    return True


def note_use(services: Services, visitor: Visitor) -> None:
    """Keep a session that is used from ending.  Blocks.

    Best effort: while the ledger is away nothing can be noted, and reading goes on.
    """
    digest = session_digest(visitor.token)
    try:
        ask_change(services.ledger, SessionSeen(digest, microseconds(utc_now())))
    except (LedgerAway, LedgerFailed):
        services.session_uses.pop(digest, None)
