"""The API as a whole: what `uvicorn` runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from api import idempotency, problems
from api.active_rules import ActiveRules
from api.compression import Compression
from api.conditional import Conditional
from api.cross_origin import CrossOrigin
from api.description import VERSION, describe
from api.envelope import Envelope
from api.forwarded import Forwarded
from api.issuer import Issuer
from api.key_watch import KeyWatch
from api.oidc import TokenCheck
from api.oidc_settings import OidcSettings
from api.pages.routers import ROUTERS as PAGES
from api.places import Places
from api.rate_limit import RateLimits
from api.routes import (
    audit,
    documentation,
    erasures,
    events,
    exports,
    feedback,
    files,
    formats,
    health,
    keys,
    lists,
    metrics,
    policy,
    rules,
    ruleset_orders,
    scans,
    selftest,
    stats,
    verdicts,
)
from api.routes import (
    rulesets as ruleset_routes,
)
from api.routes import (
    sinks as sink_routes,
)
from api.services import Selftest, Services
from api.settings import ApiSettings
from api.unread import Unread
from scanners.settings import MiB
from verdicts.addresses import parse_networks
from verdicts.ledger.access.audit_trail import AuditTrail
from verdicts.ledger.access.place import LedgerPlace
from verdicts.ledger.age.pseudonyms import PRIVACY_KEY_FILE
from verdicts.ledger.event_log.feed import EventFeed
from verdicts.ledger.reading.queries import Reader
from verdicts.rulesets.store import Store
from verdicts.spool import SpoolSpace

ROUTERS = (
    exports.router,  # its path looks like a verdict's
    verdicts.router,
    files.router,
    feedback.router,
    formats.router,
    rules.router,
    ruleset_routes.router,
    ruleset_orders.router,
    policy.router,
    lists.router,
    events.router,
    sink_routes.router,
    stats.router,
    scans.router,
    erasures.router,
    keys.router,
    audit.router,
    selftest.router,
    health.router,
    metrics.router,
    documentation.router,
)
STREAMS = 32
STREAMS_A_KEY = 8
"""The dashboard of a whole shift may share a key."""
ORDERS = 4
NO_TOKENS = OidcSettings()
HANDED_IN = 4


def create_app(
    settings: ApiSettings,
    place: LedgerPlace,
    *,
    run_directory: Path,
    spool_directory: Path,
    rulesets: Path,
    false_positive_rate: float,
    fronts: int,
    tester: Selftest,
    closing: asyncio.Event,
    oidc: OidcSettings = NO_TOKENS,
    sinks: tuple[tuple[str, str], ...] = (),
) -> FastAPI:
    """Return the application; it opens the database at the first request that needs it.

    `rulesets` is the folder of the store of rule sets; `closing` ends what would not end by itself.
    """
    reader, store = Reader(place.url), Store(rulesets)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        reader.close()

    app = FastAPI(
        title="Douane",
        version=VERSION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = Services(
        settings=settings,
        reader=reader,
        ledger=place.socket,
        privacy_key=place.state / PRIVACY_KEY_FILE,
        run_directory=run_directory,
        fronts=fronts,
        space=SpoolSpace(
            folder=spool_directory,
            memory_bytes=MiB,
            memory_total=64 * MiB,
            disk_total=2 * settings.scan_limit_bytes,
        ),
        uploads=asyncio.Semaphore(settings.uploads),
        selftest=tester,
        store=store,
        trail=AuditTrail(place.state),
        rulesets=rulesets,
        active_rules=ActiveRules(store),
        false_positive_rate=false_positive_rate,
        closing=closing,
        streams=Places(STREAMS, STREAMS_A_KEY),
        feed=EventFeed(reader),
        key_watch=KeyWatch(reader),
        sinks=sinks,
        handing_in=Places(HANDED_IN),
        orders=asyncio.Semaphore(ORDERS),
        edits=asyncio.Lock(),
        limits=RateLimits(settings.requests_a_minute),
        tokens=TokenCheck(oidc, Issuer(oidc.issuer, oidc.ca)) if oidc.issuer else None,
    )
    for router in (*ROUTERS, *PAGES):
        app.include_router(router)
    problems.install(app)
    idempotency.install(app, place.socket)  # from the innermost to the outermost
    app.add_middleware(Conditional)
    app.add_middleware(Compression)
    if settings.origins:
        app.add_middleware(CrossOrigin, origins=settings.origins)
    app.add_middleware(Envelope)
    app.add_middleware(Unread)
    if settings.trusted_proxies:
        app.add_middleware(Forwarded, proxies=parse_networks(settings.trusted_proxies))
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app
