"""Follows the folder of rules: what somebody saves there goes live if it passes every check."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from douane.rulesets.lifecycle import Step
from scanners.rules.manifest import ruleset_files
from verdicts.rulesets.orders import OrderRefused
from verdicts.rulesets.records import RulesetError

log = structlog.get_logger()

LOOK_SECONDS = 0.25
"""A look at the state of 300 files takes about 3 ms."""
ACTOR = "watch"
SHOWN = 20
Look = tuple[tuple[str, int, int, int], ...]


async def watch(folder: Path, known: Look, activate: Callable[[Step], Awaitable[object]]) -> None:
    """Call `activate` whenever the folder differs from `known` and has stood still for one look.

    An editor saves in several steps, and a copy of many files takes a while.  What is refused is
    logged, and stays so until the next change.  Never returns.
    """
    now, fault = known, ""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            before, now = now, await asyncio.to_thread(look_at, folder)
        except OSError as error:  # somebody works on it, or took rights away
            if str(error) != fault:
                log.warning("rules.folder_unreadable", reason=str(error))
            fault = str(error)
            continue
        fault = ""
        if now == known or now != before:
            continue
        known = now
        log.info("rules.folder_changed", folder=str(folder))
        try:
            await activate(Step(ACTOR, "the folder of rules was changed", _say))
        except RulesetError as error:
            found = error.problems[:SHOWN] if isinstance(error, OrderRefused) else ()
            problems = list(map(str, found))
            log.warning("rules.folder_refused", reason=str(error), problems=problems)
        except Exception:
            log.exception("rules.watch_failed")


def look_at(folder: Path) -> Look:
    """Return what tells a changed file: path, size, time in nanoseconds, inode."""
    found = []
    for name in ruleset_files(folder):
        try:
            status = (folder / name).stat()
        except OSError:  # it went just now
            continue
        found.append((name, status.st_size, status.st_mtime_ns, status.st_ino))
    return tuple(found)


def _say(text: str) -> None:
    log.info("rules.watch", said=text)
