"""All fronts as one: a rule set is loaded everywhere before it is active anywhere."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import structlog

from douane.processes.duty import OrderFailed, duty_socket, give_order

log = structlog.get_logger()
T = TypeVar("T")

PREPARE_SECONDS = 60.0
ORDER_SECONDS = 10.0
AWAY_PAUSE = 0.2
"""Before a front that starts just now is asked again."""


class NotLoaded(Exception):
    """A front cannot work with the rule set; the text says which and why."""


class Fronts:
    """Speaks to the fronts of one service, each over its socket in the run directory."""

    def __init__(self, run_directory: Path, count: int) -> None:
        self._sockets = [duty_socket(run_directory, index) for index in range(count)]

    async def prepare(self, folder: Path, ruleset: str) -> None:
        """Return when every front has loaded and tested the set; NotLoaded if one cannot.

        Whoever was ready by then is told to forget it.
        """
        try:
            await self._all(lambda path: self._prepare(path, folder, ruleset))
        except OrderFailed as error:
            await self.discard()
            raise NotLoaded(str(error)) from error

    async def take_over(self, folder: Path, ruleset: str) -> list[str]:
        """Put the set to work in every front; return what went wrong, front by front.

        A front that was replaced since prepare() is prepared anew.  One that does not answer has
        the set when it starts again: it reads which one is active.
        """

        async def change(path: Path) -> str:
            try:
                try:
                    await give_order(path, "take_over", ORDER_SECONDS, ruleset=ruleset)
                except OrderFailed as error:
                    if error.away:
                        raise
                    await self._prepare(path, folder, ruleset)
                    await give_order(path, "take_over", ORDER_SECONDS, ruleset=ruleset)
            except OrderFailed as error:
                log.warning("rules.front_behind", ruleset=ruleset, reason=str(error))
                return str(error)
            return ""

        said = await asyncio.gather(*map(change, self._sockets))
        return [one for one in said if one]

    async def discard(self) -> None:
        """Have every front forget what it prepared."""
        await self.each("discard", ORDER_SECONDS)

    async def settle(self, seconds: float) -> int:
        """Wait until no front scans by a former set; return how many still do after `seconds`."""
        answers = await self.each("settle", seconds + ORDER_SECONDS, seconds=seconds)
        return sum(busy for one in answers if isinstance(busy := one.get("busy"), int))

    async def on_duty(self) -> dict[int, str]:
        """Return the set at work in each front that answers, by its index."""
        answers = await self.each("state", ORDER_SECONDS)
        return {index: str(one["on_duty"]) for index, one in enumerate(answers) if one}

    async def order(self, word: str, patience: float, **fields: object) -> list[dict[str, object]]:
        """Give every front the same order; OrderFailed if one that answers cannot carry it out."""

        async def ask(path: Path) -> dict[str, object]:
            return dict(await give_order(path, word, patience, **fields))

        return await self._all(ask)

    async def each(self, word: str, patience: float, **fields: object) -> list[dict[str, object]]:
        """Ask every front; an empty answer stands for one that gave none."""

        async def ask(path: Path) -> dict[str, object]:
            try:
                return dict(await give_order(path, word, patience, **fields))
            except OrderFailed as error:
                log.info("rules.front_silent", order=word, reason=str(error))
                return {}

        return list(await asyncio.gather(*map(ask, self._sockets)))

    async def _all(self, ask: Callable[[Path], Awaitable[T]]) -> list[T]:
        """Ask every front and wait for all of them, then raise the first failure."""
        asked = await asyncio.gather(*map(ask, self._sockets), return_exceptions=True)
        for one in asked:
            if isinstance(one, BaseException):
                raise one
        return [one for one in asked if not isinstance(one, BaseException)]

    async def _prepare(self, path: Path, folder: Path, ruleset: str) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + PREPARE_SECONDS
        while True:
            try:
                left = max(until - loop.time(), 0.1)
                await give_order(path, "prepare", left, folder=str(folder), ruleset=ruleset)
            except OrderFailed as error:
                if not error.away or loop.time() + AWAY_PAUSE > until:
                    raise
                await asyncio.sleep(AWAY_PAUSE)
            else:
                return
