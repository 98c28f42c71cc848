"""What the tests of the desk order, and a shadow that obeys."""

from pathlib import Path
from typing import Any

from verdicts.rulesets.orders import Order, OrderRefused


class ShadowDouble:
    """Stops what sat there before it starts another one, as the real one does."""

    def __init__(self) -> None:
        self.sits, self.beside = "", ""
        self.faults: dict[str, str] = {}
        """By rule set."""

    async def start(self, folder: Path, ruleset: str, active: Path) -> None:
        assert folder.name == ruleset != active.name
        self.sits = self.beside = ""
        if ruleset in self.faults:
            raise OrderRefused(self.faults[ruleset])
        self.sits, self.beside = ruleset, active.name

    async def stop(self) -> None:
        self.sits = self.beside = ""


def order(action: Any, *, ruleset: str = "", folder: str = "", note: str = "") -> Order:
    return Order(action, "ann", ruleset, folder, note)


def quiet(text: str) -> None:
    assert text
