"""The signing keys of an OIDC issuer: fetched when one is needed, and kept for a while.

OpenID Connect Discovery 1.0 §4, RFC 7517.
"""

import asyncio
import json
import math
import ssl
import time
from collections.abc import Callable, Mapping

import httpx
import structlog
from fastapi.concurrency import run_in_threadpool
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from api.oidc_settings import may_be_asked

ALGORITHMS = ("RS256", "ES256", "EdDSA")
"""Never `none`, and nothing with a shared secret: our copy of a key is public."""
FRESH_SECONDS = 600.0
STALE_SECONDS = 3600.0
"""For so long the keys count while the issuer is away."""
PAUSE_SECONDS = 60.0
"""Between two questions to the issuer, whatever ids of keys strangers make up."""
FIRST_PAUSE_SECONDS = 5.0
"""The same, while there are no keys yet."""
ANSWER_SECONDS = 10.0
DOCUMENT_BYTES = 512 * 1024
KEYS = 100
RSA_BITS = range(2048, 8193)
WELL_KNOWN = "/.well-known/openid-configuration"
log = structlog.get_logger()


class IssuerAway(Exception):
    """No keys are known that may still be used."""


class IssuerUnusable(Exception):
    """What the issuer answers is not what it should be."""


class Issuer:
    """Belongs to one event loop."""

    def __init__(self, url: str, ca: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._ca = ca or None
        self._clock = clock
        self._keys: Mapping[str, PyJWK] = {}
        self._fetched = -math.inf
        self._tried = -math.inf
        self._refreshing: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> PyJWK | None:
        """Return the key of this id; None if the issuer has none.  Raise IssuerAway."""
        unknown = kid not in self._keys
        if unknown or self._age() > FRESH_SECONDS:
            self._begin_refresh()
        if self._refreshing and (unknown or self._age() > STALE_SECONDS):
            await asyncio.shield(self._refreshing)
        if self._age() > STALE_SECONDS:
            raise IssuerAway("the issuer of tokens does not answer")
        return self._keys.get(kid)

    def _age(self) -> float:
        return self._clock() - self._fetched

    def _begin_refresh(self) -> None:
        now = self._clock()
        pause = PAUSE_SECONDS if self._keys else FIRST_PAUSE_SECONDS
        if self._refreshing is None and now - self._tried >= pause:
            self._tried = now
            self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self._keys = await self._fetch()
            self._fetched = self._clock()
        except (IssuerUnusable, httpx.HTTPError, TimeoutError, OSError) as error:
            log.warning("api.issuer_away", issuer=self._url, reason=str(error) or repr(error))
        finally:
            self._refreshing = None

    async def _fetch(self) -> Mapping[str, PyJWK]:
        context = await run_in_threadpool(ssl.create_default_context, cafile=self._ca)
        async with httpx.AsyncClient(
            verify=context, follow_redirects=False, trust_env=False, timeout=ANSWER_SECONDS
        ) as client:
            described = await _document(client, self._url.rstrip("/") + WELL_KNOWN)
            if described.get("issuer") != self._url:
                raise IssuerUnusable("the issuer calls itself by another name")
            address = described.get("jwks_uri")
            if not isinstance(address, str) or not may_be_asked(address):
                raise IssuerUnusable("jwks_uri is no address with https")
            keys = usable_keys((await _document(client, address)).get("keys"))
        if not keys:
            raise IssuerUnusable("it has no key that could be used")
        return keys


def usable_keys(listed: object) -> dict[str, PyJWK]:
    """Return the keys for signatures that we take, by id; the others are left out."""
    keys: dict[str, PyJWK] = {}
    for one in listed[:KEYS] if isinstance(listed, list) else ():
        kid = one.get("kid") if isinstance(one, dict) else None
        if not isinstance(kid, str) or one.get("use", "sig") != "sig":
            continue
        try:
            key = PyJWK(one)
        except (PyJWTError, ValueError, TypeError):
            continue
        if key.algorithm_name in ALGORITHMS and _strong(key):
            keys.setdefault(kid, key)
    return keys


def _strong(key: PyJWK) -> bool:
    return key.algorithm_name != "RS256" or key.key.key_size in RSA_BITS


async def _document(client: httpx.AsyncClient, url: str) -> dict[str, object]:
    """Return a JSON document of bounded size; raise IssuerUnusable, or what httpx raises."""
    body = bytearray()
    async with client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer:
        if answer.status_code != httpx.codes.OK:
            raise IssuerUnusable(f"status {answer.status_code}")
        async for piece in answer.aiter_raw():
            body += piece
            if len(body) > DOCUMENT_BYTES:
                raise IssuerUnusable(f"more than {DOCUMENT_BYTES} bytes")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise IssuerUnusable("what it answers is not JSON") from None
    if not isinstance(document, dict):
        raise IssuerUnusable("what it answers is not an object of JSON")
    return document
