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
from verdicts.ledger.new_events import ask_add_events
from verdicts.ledger.queries import LogUnavailable, Reader
from verdicts.ledger.questions import LedgerAway, LedgerFailed
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
"""Name of the file that says which look was done last; whatever became active since is due."""
FAULTS = (RulesetError, LogUnavailable, LedgerAway, LedgerFailed, NoFrontAnswers, OSError)


@dataclass(frozen=True, slots=True)
class Due:
    """A set that became active, and the how manieth one that was."""

    turn: int
    ruleset: str
    done: set[str] = field(default_factory=set, compare=False)
    """Samples that earlier attempts scanned."""

    def __str__(self) -> str:
        return f"{self.turn} {self.ruleset}\n"


async def look_back_always(settings: Settings, store: Store, desk: RulesDesk) -> None:
    """Look back whenever a set becomes active; never returns, but at once if days are 0.

    A look that fails is tried again, also by the next process, until it was done or another set is
    active.  One that meets a bug is left to the next process.
    """
    due: Due | None = None
    crashed: Due | None = None
    pause = FIRST_PAUSE_SECONDS
    while settings.lookback.days:
        desk.activated.clear()
        try:
            found = _due(store, settings.rulesets_directory / NOTE)
            if found is None or found == crashed:
                await desk.activated.wait()
                continue
            if found != due:
                due, pause = found, FIRST_PAUSE_SECONDS
            outcome = await _look_back(settings, store, due)
            _write(settings.rulesets_directory / NOTE, due)
        except Superseded as error:
            log.info("lookback.superseded", ruleset=due and due.ruleset, reason=str(error))
        except FAULTS as error:
            log.warning(
                "lookback.failed",
                ruleset=due and due.ruleset,
                reason=str(error),
                again_seconds=pause,
            )
        except Exception:
            crashed = due
            log.exception("lookback.crashed", ruleset=due and due.ruleset)
            continue
        else:
            log.info(
                "lookback.done",
                ruleset=due.ruleset,
                found=outcome.found,
                truncated=outcome.truncated,
            )
            continue
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await desk.activated.wait()
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
