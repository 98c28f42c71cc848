"""A supervisor for the tests of routes that give orders."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from douane.rulesets.order_audit import OrderAudit
from scanners.rules.records import Problem
from verdicts.rulesets.handover import handed_over
from verdicts.rulesets.orders import Order, OrderRefused
from verdicts.rulesets.records import Status

WRONG = Problem("yara/worm.yar", 1, "X", "bad", "mend it")
STATUSES = {
    "check": Status.CHECKED,
    "stage": Status.STAGED,
    "unstage": Status.CHECKED,
    "activate": Status.ACTIVE,
}


class Supervisor:
    """Carries out orders on the store alone, notes them, and writes of them into the audit."""

    def __init__(self, site: Any) -> None:
        self.orders: list[Order] = []
        self.refuses = False
        self.free = asyncio.Event()
        self.free.set()
        self._store = site.store
        self._folder = site.run_directory / "rulesets"
        self._audit = OrderAudit(site.place.socket, lambda: site.store.active)

    async def carry_out(self, order: Order, say: Callable[[str], None]) -> dict[str, object]:
        return await self._audit.carried_out(order, partial(self._carry_out, order, say))

    async def _carry_out(self, order: Order, say: Callable[[str], None]) -> dict[str, object]:
        self.orders.append(order)
        say("working")
        await self.free.wait()
        one = self._meant(order)
        if self.refuses:
            self._store.mark(one.id, Status.REFUSED, actor=order.actor)
            raise OrderRefused("the rules do not compile", (WRONG,))
        if order.action == "rollback":
            status, back = Status.ACTIVE, True
        else:
            status, back = STATUSES[order.action], False
        marked = self._store.mark(
            one.id, status, actor=order.actor, why=order.note, rolled_back=back
        )
        return asdict(marked)

    def _meant(self, order: Order) -> Any:
        if not order.folder:
            return self._store.find(order.ruleset or "previous")
        folder = handed_over(self._folder, order.folder)
        one = self._store.take_in(folder, author=order.actor, note=order.note, origin="upload")
        shutil.rmtree(folder)
        if order.action != "check" and not self.refuses:
            self._store.mark(one.id, Status.CHECKED, actor=order.actor)
        return one
