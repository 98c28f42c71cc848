"""The API as a whole: what `uvicorn` runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from api import problems
from api.description import VERSION, describe
from api.envelope import Envelope
from api.routes import documentation, health, metrics, scans, selftest, stats, verdicts
from api.services import Selftest, Services
from api.settings import ApiSettings
from scanners.settings import MiB
from verdicts.ledger.keys import LedgerPlace
from verdicts.ledger.queries import Reader
from verdicts.spool import SpoolSpace

ROUTERS = (
    verdicts.router,
    stats.router,
    scans.router,
    selftest.router,
    health.router,
    metrics.router,
    documentation.router,
)


def create_app(
    settings: ApiSettings,
    place: LedgerPlace,
    *,
    run_directory: Path,
    spool_directory: Path,
    fronts: int,
    tester: Selftest,
) -> FastAPI:
    """Return the application; it opens the database at the first request that needs it."""
    reader = Reader(place.url)

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
    )
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    app.add_middleware(Envelope)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app
