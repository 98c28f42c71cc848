"""How many requests a key may send, and an address that has no right key.

The Generic Cell Rate Algorithm: one number for each owner, no windows that begin anew.  Counted in
this process: what an API process has forgotten after a restart costs nothing.
"""

import hashlib
import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from api.problem_kinds import ProblemKind
from api.problems import RequestFailed

WINDOW_SECONDS = 60
WRONG_KEYS = 60
"""That one address may send in a window; then only keys that were right before are looked up."""
OWNERS = 10_000
"""Remembered at most, those who came last."""
IPV6_NETWORK = 64
"""Bits: whoever has one address of such a network has them all."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How it stands with one owner."""

    limit: int
    remaining: int
    reset: int
    """Seconds until all of it is there again."""
    wait: int
    """Seconds until the next request is let through; 0: this one was."""

    def headers(self) -> dict[str, str]:
        """Return draft-ietf-httpapi-ratelimit-headers-11, and Retry-After beyond the limit."""
        retry = {"Retry-After": str(self.wait)} if self.wait else {}
        return retry | {
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"default";r={self.remaining};t={self.reset}',
        }


class Buckets:
    """As many requests as `limit` at once, and evenly `limit` in a window after that."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._interval = WINDOW_SECONDS / limit
        self._clock = clock
        self._due: dict[str, float] = {}
        """When all that an owner took will have come back."""

    def take(self, owner: str) -> Quota:
        """Count a request, unless it is beyond the limit."""
        now = self._clock()
        due = max(now, self._due.pop(owner, now)) + self._interval
        if due - now > WINDOW_SECONDS + self._interval / 1000:  # floats do not add up exactly
            due -= self._interval
            wait = math.ceil(due + self._interval - now - WINDOW_SECONDS)
            quota = Quota(self._limit, 0, math.ceil(due - now), max(wait, 1))
        else:
            left = int((WINDOW_SECONDS - (due - now)) / self._interval + 0.001)
            quota = Quota(self._limit, left, math.ceil(due - now), 0)
        self._remember(owner, due)
        return quota

    def exhausted(self, owner: str) -> bool:
        due = self._due.get(owner, 0.0)
        return due + self._interval - self._clock() > WINDOW_SECONDS

    def _remember(self, owner: str, due: float) -> None:
        if len(self._due) >= OWNERS:
            del self._due[next(iter(self._due))]
        self._due[owner] = due


class RateLimits:
    """Belongs to one event loop."""

    def __init__(self, requests_a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """0: keys have no limit."""
        self._keys = Buckets(requests_a_minute, clock) if requests_a_minute else None
        self._wrong = Buckets(WRONG_KEYS, clock)
        self._right: dict[bytes, None] = {}

    def take(self, owner: str) -> dict[str, str]:
        """Count a request of this key; return headers for the answer, or raise RequestFailed."""
        if self._keys is None:
            return {}
        quota = self._keys.take(owner)
        if quota.wait:
            raise _too_many("This key has sent too many requests.", quota.headers())
        return quota.headers()

    def before_lookup(self, address: str, credential: str) -> None:
        """Raise RequestFailed if the address sent too many wrong keys, and this one is new to us.

        Whoever has a right key is not kept out by others behind the same proxy.
        """
        network = network_of(address)
        if self._wrong.exhausted(network) and _digest(credential) not in self._right:
            raise _too_many("Too many wrong keys came from this address.", {"Retry-After": "5"})

    def after_lookup(self, address: str, credential: str, *, right: bool) -> int:
        """Return how many wrong keys the address sent lately, this one counted; 0 for a right one.

        `lately`: each counts for a second more than the one before it.
        """
        digest = _digest(credential)
        self._right.pop(digest, None)
        if not right:
            return WRONG_KEYS - self._wrong.take(network_of(address)).remaining
        if len(self._right) >= OWNERS:
            del self._right[next(iter(self._right))]
        self._right[digest] = None
        return 0


def _too_many(detail: str, headers: dict[str, str]) -> RequestFailed:
    return RequestFailed(
        HTTPStatus.TOO_MANY_REQUESTS, detail, headers, kind=ProblemKind.TOO_MANY_REQUESTS
    )


def _digest(credential: str) -> bytes:
    return hashlib.sha256(credential.encode("utf-8", "replace")).digest()


def network_of(address: str) -> str:
    """Return what counts as one client: the address, or the network of one of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))
