"""What the routes work with; made once by `create_app`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from api.active_rules import ActiveRules
from api.denials import REFUSED_SIGN_INS, Denials
from api.key_watch import KeyWatch
from api.known_keys import KnownKeys
from api.oidc import TokenCheck
from api.places import Places
from api.rate_limit import RateLimits
from api.settings import ApiSettings
from verdicts.ledger.access.audit_trail import AuditTrail
from verdicts.ledger.event_log.feed import EventFeed
from verdicts.ledger.reading.queries import Reader
from verdicts.rulesets.store import Store
from verdicts.spool import SpoolSpace


@dataclass(frozen=True, slots=True)
class Selftest:
    """Plays ICAP clients against the service; given by whoever starts the API."""

    play: Callable[[tuple[str, ...]], list[dict[str, object]]]
    """Takes profiles, () for all; blocks; raises OSError if the service cannot be reached."""
    profiles: tuple[str, ...]
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))


@dataclass(frozen=True, slots=True)
class Services:
    settings: ApiSettings
    reader: Reader
    ledger: Path
    """The ledger's socket."""
    privacy_key: Path
    """What pseudonyms are made with."""
    run_directory: Path
    """Where the fronts listen for files."""
    fronts: int
    """How many fronts there ought to be."""
    space: SpoolSpace
    uploads: asyncio.Semaphore
    selftest: Selftest
    store: Store
    """The rule sets.  Only read here: whoever wants a change gives the supervisor an order."""
    trail: AuditTrail
    """Where the audit goes on.  Only read here, to check it."""
    rulesets: Path
    """The folder of the store; files that are handed in go below it."""
    active_rules: ActiveRules
    false_positive_rate: float
    """Above it a rule is flagged; 0 to 1."""
    closing: asyncio.Event
    """Set when the API is about to stop: streams end then."""
    streams: Places
    """For clients that follow events."""
    feed: EventFeed
    key_watch: KeyWatch
    sinks: tuple[tuple[str, str], ...]
    """Name and kind of each receiver of events."""
    handing_in: Places
    """For rule sets that are being handed in."""
    orders: asyncio.Semaphore
    """Places for those who wait until the supervisor has carried out their order."""
    edits: asyncio.Lock
    """For changes of the active rule set, one after the other."""
    limits: RateLimits
    """How much each key may ask."""
    tokens: TokenCheck | None
    """None: only API keys count."""
    denials: Denials = field(default_factory=Denials)
    refused_sign_ins: Denials = field(default_factory=lambda: Denials(most=REFUSED_SIGN_INS))
    exports: Places = field(default_factory=lambda: Places(4))
    """For those who export the log."""
    audit_checks: Places = field(default_factory=lambda: Places(1))
    """For those who have every row of the audit looked at."""
    known_keys: KnownKeys = field(default_factory=KnownKeys)
    """Those that have asked for metrics."""
    key_uses: dict[str, float] = field(default_factory=dict)
    """When the use of a key was last noted, by prefix; monotonic seconds."""
    session_uses: dict[str, float] = field(default_factory=dict)
    """The same for sessions, by hash."""


def get_services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


Served = Annotated[Services, Depends(get_services)]
