"""Starts of the rules of a service, one after the other, as the supervisor has them."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from douane.clamav import ClamavDaemon
from douane.rulesets import lifecycle as lifecycle_module
from douane.rulesets.service import RulesService
from douane.settings import Settings
from douane.state import make_state
from scanners.rules.records import RuleFindings
from verdicts.ledger.event_log.new_events import NewEvent
from verdicts.rulesets.records import StoredSet
from verdicts.rulesets.store import Store

RULES = Path(__file__).parents[3] / "rules"
Start = Callable[[], Awaitable[StoredSet]]


class Nobody:
    """Nobody activates anything here."""

    async def rules_changed(self, folder: Path) -> None:
        raise AssertionError("it changed")

    def rules_settled(self) -> None:
        raise AssertionError("it changed")


@pytest.fixture
def folder(short_folder: Path) -> Path:
    """The rules of the settings, which a test may change."""
    return Path(shutil.copytree(RULES, short_folder / "rules"))


@pytest.fixture
def settings(settings: Settings, folder: Path) -> Settings:
    rules = settings.rules.model_copy(update={"directory": folder})
    changed = settings.model_copy(update={"rules": rules})
    make_state(changed)
    return changed


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.rulesets_directory)


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The check, which finds what a test puts here."""
    seen: dict[str, Any] = {"problems": (), "ids": []}

    def check(folder: Path, **_: object) -> RuleFindings:
        seen["ids"].append(folder.name)
        return RuleFindings(seen["problems"])

    monkeypatch.setattr(lifecycle_module, "check_ruleset", check)
    return seen


@pytest.fixture
async def start(
    settings: Settings,
    checked: dict[str, Any],
    said: list[str],
    told: list[str],
    running: list[RulesService],
) -> AsyncIterator[Start]:
    """Start a service as the supervisor does, in place of the one that ran."""

    async def start() -> StoredSet:
        for service in running:
            await service.close()
        service = RulesService(settings, ClamavDaemon(settings), Nobody())
        one = await service.begin(said.append)
        running[:] = [service]
        await service.open(one, said.append)
        return one

    yield start
    for service in running:
        await service.close()


@pytest.fixture
def running() -> list[RulesService]:
    return []


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rule sets of which the log of events heard."""
    heard: list[str] = []

    def hear(_: Path, events: list[NewEvent]) -> None:
        heard.extend(event.ruleset for event in events)

    monkeypatch.setattr("douane.rulesets.desk.ask_add_events", hear)
    return heard


@pytest.fixture
def said() -> list[str]:
    return []
