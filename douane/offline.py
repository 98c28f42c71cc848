"""The same inspection without a running service: for `douane scan`."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from douane.clamav import AUTO, DATABASE_SECONDS, ClamavDaemon
from douane.settings import Settings
from scanners.clamav.engine import Clamav
from scanners.hash_lists import read_allowed
from scanners.rules.manifest import ruleset_id
from scanners.worker.pool import ScanPool
from verdicts.cache import VerdictCache
from verdicts.inspect import Inspection
from verdicts.model import VerdictRecord
from verdicts.policy import Policy
from verdicts.shift import Shift

ONE_WORKER = {"count": 1}


class _NoLedger:
    """An offline scan leaves no trace in the verdict log."""

    async def record(self, record: VerdictRecord, *, durable: bool) -> None:
        pass

    def record_now(self, record: VerdictRecord) -> bool:
        return True


@contextlib.asynccontextmanager
async def offline_inspection(settings: Settings) -> AsyncIterator[Inspection]:
    """Start engines of our own, give an inspection on top of them, and stop them again.

    Raises RuleFileError, NotReady (our own clamd) or ZygoteFailed (the scan worker).
    """
    rules, secret = settings.rules.directory, settings.password_key
    policy = Policy.read(rules / "policy.toml", observe=settings.policy.mode == "monitor")
    async with contextlib.AsyncExitStack() as stack:
        if settings.clamav.socket == AUTO:  # a clamd of its own, away from the service's
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="douane-"))
            state = settings.state.model_copy(update={"directory": Path(folder)})
            settings = settings.model_copy(update={"state": state})
        daemon = ClamavDaemon(settings)
        child = daemon.child()
        if child is not None:
            stack.push_async_callback(child.stop)
            child.start()
            await child.wait_ready(DATABASE_SECONDS)
        pool = ScanPool(
            rules,
            settings.limits,
            settings.workers.model_copy(update=ONE_WORKER),
            passwords=settings.passwords,
            secret=secret,
        )
        stack.push_async_callback(pool.stop)
        await pool.start()
        clamav = Clamav(settings.clamav, daemon.socket)
        stack.push_async_callback(clamav.stop)
        clamav.start()
        await clamav.settled()  # if clamd did not prove itself, the scan says engine_down
        seconds = settings.limits.scan_seconds
        allowed = read_allowed(rules)
        shift = Shift(ruleset_id(rules), pool, clamav, policy, seconds, allowed=allowed)
        yield Inspection(shift, VerdictCache(0), _NoLedger(), str)
