"""The same inspection without a running service: for `douane scan`."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from douane.clamav import AUTO, ClamavDaemon
from douane.settings import Settings
from scanners.clamav.engine import Clamav
from scanners.ruleset import ruleset_id
from scanners.worker.pool import ScanPool
from verdicts.cache import VerdictCache
from verdicts.inspect import Bench, Inspection
from verdicts.model import VerdictRecord
from verdicts.policy import Policy

CLAMD_SECONDS = 180.0
LINK_SECONDS = 15.0
ONE_WORKER = {"count": 1}


class _NoLedger:
    """An offline scan leaves no trace in the verdict log."""

    async def record(self, record: VerdictRecord, *, durable: bool) -> None:
        pass


@contextlib.asynccontextmanager
async def offline_inspection(settings: Settings) -> AsyncIterator[Inspection]:
    """Start engines of our own, give an inspection on top of them, and stop them again."""
    with tempfile.TemporaryDirectory(prefix="douane-") as folder:
        if settings.clamav.socket == AUTO:  # a clamd of its own, away from the service's
            state = settings.state.model_copy(update={"directory": Path(folder)})
            settings = settings.model_copy(update={"state": state})
            Path(folder).chmod(0o755)  # clamd gives up root and must reach its files
        daemon = ClamavDaemon(settings)
        child = daemon.child()
        rules = settings.rules.directory
        pool = ScanPool(rules, settings.limits, settings.workers.model_copy(update=ONE_WORKER))
        clamav = Clamav(settings.clamav, daemon.socket)
        try:
            if child is not None:
                child.start()
                await daemon.wait_ready(CLAMD_SECONDS)
            clamav.start()
            await pool.start()
            await _linked(clamav)
            bench = Bench(pool, clamav, ruleset_id(rules), settings.limits.scan_seconds)
            yield Inspection(bench, Policy.read(rules / "policy.toml"), VerdictCache(0), _NoLedger())
        finally:
            await pool.stop()
            await clamav.stop()
            if child is not None:
                await child.stop()


async def _linked(clamav: Clamav) -> None:
    """Wait until clamd has proved itself; if it does not, the scan says engine_down."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINK_SECONDS):
            while clamav.state.status == "down":
                await asyncio.sleep(0.02)
