"""After each activation: what passed before is held against the new set, while traffic goes on."""

from datetime import timedelta
from functools import partial

import structlog

from douane.lookback import LookBack, Superseded
from douane.rulesets.desk import RulesDesk
from douane.settings import Settings
from verdicts.kept import KeptSamples
from verdicts.ledger.new_events import ask_add_events
from verdicts.ledger.queries import LogUnavailable, Reader
from verdicts.ledger.questions import LedgerAway, LedgerFailed
from verdicts.model import utc_now
from verdicts.record import microseconds
from verdicts.rulesets.store import Store
from verdicts.scan_socket import NoFrontAnswers, submit

log = structlog.get_logger()

PATIENCE_SECONDS = 120.0
"""For one sample: it waits behind traffic."""


async def look_back_always(settings: Settings, store: Store, desk: RulesDesk) -> None:
    """Look back whenever a set becomes active; never returns.  A fault ends one look, no more."""
    while True:
        await desk.activated.wait()
        desk.activated.clear()
        active = store.active
        if active is None or not settings.lookback.days:
            continue
        try:
            found = await _look_back(settings, store, active.id)
        except Superseded as error:
            log.info("lookback.superseded", ruleset=active.id, reason=str(error))
        except (LogUnavailable, LedgerAway, LedgerFailed, NoFrontAnswers, OSError) as error:
            log.warning("lookback.failed", ruleset=active.id, reason=str(error))
        except Exception:
            log.exception("lookback.crashed", ruleset=active.id)
        else:
            log.info("lookback.done", ruleset=active.id, found=found)


async def _look_back(settings: Settings, store: Store, ruleset: str) -> int:
    lookback = settings.lookback
    since = utc_now() - timedelta(days=lookback.days)
    reader = Reader(settings.database.url)
    kept = KeptSamples(
        settings.kept_directory, lookback.kept_bytes, lookback.keep_file_bytes, lookback.days
    )
    try:
        return await LookBack(
            rules=store.folder(ruleset),
            ruleset=ruleset,
            reader=reader,
            add_events=partial(ask_add_events, settings.ledger_socket),
            submit=lambda descriptor, request: submit(
                settings.run_directory, descriptor, request, PATIENCE_SECONDS
            ),
            kept=kept if lookback.kept_bytes else None,
            since=microseconds(since),
        ).run()
    finally:
        kept.close()
        reader.close()
