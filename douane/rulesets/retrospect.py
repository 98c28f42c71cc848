"""After each activation: what passed before is held against the new set, while traffic goes on."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog

from douane.lookback import LookBack, Outcome, Superseded
from douane.rulesets.desk import RulesDesk
from douane.settings import Settings
from verdicts.kept import KeptSamples
from verdicts.ledger.event_log.new_events import ask_add_events
from verdicts.ledger.questions import LedgerAway, LedgerFailed, LogUnavailable
from verdicts.ledger.reading.queries import Reader
from verdicts.model import utc_now
from verdicts.record import microseconds
from verdicts.rulesets.records import RulesetError
from verdicts.rulesets.store import Store
from verdicts.scan_socket import NoFrontAnswers, submit

log = structlog.get_logger()

PATIENCE_SECONDS = 120.0
"""For one sample: it waits behind traffic."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
NOTE = "lookback"
"""Names the look that was done last, in the store's folder: what became active since is due."""
FAULTS = (RulesetError, LogUnavailable, LedgerAway, LedgerFailed, NoFrontAnswers, OSError)


@dataclass(slots=True)
class Due:
    """A look that has to be done, and how it goes."""

    turn: int
    """A set that becomes active again is looked back from again."""
    ruleset: str
    pause: float = FIRST_PAUSE_SECONDS
    scanned: set[str] = field(default_factory=set)
    """SHA-256 of the samples that earlier attempts are done with."""

    @property
    def name(self) -> str:
        return f"{self.turn} {self.ruleset}"


async def look_back_always(settings: Settings, store: Store, desk: RulesDesk) -> None:
    """Look back whenever a set becomes active; never returns, but at once if it is switched off.

    A look that fails is tried again, also after a restart, while its set is the active one.
    """
    due: Due | None = None
    while settings.lookback.days:
        desk.activated.clear()
        seconds = None  # until another set becomes active
        try:
            due = _due(store, settings.rulesets_directory / NOTE, due)
            if due is not None:
                seconds = await _attempt(settings, store, due)
        except RulesetError as error:
            log.warning("lookback.nothing_known", reason=str(error))
            seconds = LONGEST_PAUSE_SECONDS
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await desk.activated.wait()


def _due(store: Store, note: Path, former: Due | None) -> Due | None:
    """Return the look that is due, the former one if that still is.  Raises RulesetError."""
    turn, active = store.turns, store.active
    if active is None:
        return None
    due = Due(turn, active.id)
    with suppress(OSError, UnicodeDecodeError):
        if note.read_text("utf-8").strip() == due.name:
            return None
    return former if former is not None and former.name == due.name else due


async def _attempt(settings: Settings, store: Store, due: Due) -> float | None:
    """Return after how many seconds another attempt is worthwhile; None: never.

    After a bug it is not, but the next process tries again.
    """
    try:
        outcome = await _look_back(settings, store, due)
        _note(settings.rulesets_directory / NOTE, due)
    except Superseded as error:
        log.info("lookback.superseded", ruleset=due.ruleset, reason=str(error))
    except FAULTS as error:
        log.warning("lookback.failed", ruleset=due.ruleset, reason=str(error), again_in=due.pause)
    except Exception:
        log.exception("lookback.crashed", ruleset=due.ruleset)
        return None
    else:
        found, truncated = outcome.found, outcome.truncated
        log.info("lookback.done", ruleset=due.ruleset, found=found, truncated=truncated)
        return None
    seconds, due.pause = due.pause, min(2 * due.pause, LONGEST_PAUSE_SECONDS)
    return seconds


def _note(path: Path, due: Due) -> None:
    """Write it so that the name is there, or the former one."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(f"{due.name}\n", "utf-8")
    fresh.replace(path)


async def _look_back(settings: Settings, store: Store, due: Due) -> Outcome:
    lookback = settings.lookback
    since = utc_now() - timedelta(days=lookback.days)
    reader = Reader(settings.database.url)
    kept = KeptSamples(
        settings.kept_directory, lookback.kept_bytes, lookback.keep_file_bytes, lookback.days
    )
    try:
        return await LookBack(
            rules=store.folder(due.ruleset),
            ruleset=due.ruleset,
            reader=reader,
            add_events=partial(ask_add_events, settings.ledger_socket),
            submit=lambda descriptor, request: submit(
                settings.run_directory, descriptor, request, PATIENCE_SECONDS
            ),
            kept=kept if lookback.kept_bytes else None,
            since=microseconds(since),
            done=due.scanned,
        ).run()
    finally:
        kept.close()
        reader.close()
