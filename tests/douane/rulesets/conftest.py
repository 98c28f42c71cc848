"""What the tests of the life cycle share: a store of small sets, fronts and clamd that obey."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from douane.clamav import SignaturesNotLoaded
from douane.rulesets import desk as desk_module
from douane.rulesets import lifecycle as module
from douane.rulesets.desk import RulesDesk
from douane.rulesets.fronts import NotLoaded
from douane.rulesets.lifecycle import Lifecycle, Parts, Step
from scanners.rules.records import Problem, RuleFindings
from tests.douane.rulesets.orders import ShadowDouble
from verdicts.ledger.event_log.new_events import NewEvent
from verdicts.rulesets.records import StoredSet
from verdicts.rulesets.store import Store


@dataclass
class World:
    """Fronts and clamd as the life cycle sees them, and all that it did to them, in order."""

    did: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    front_fault: str = ""
    clamd_fault: str = ""
    istag_fault: str = ""
    gate: asyncio.Event | None = None
    """Former crews are at work until it is set; None: they are gone at once."""
    behind: list[str] = field(default_factory=list)
    """What fronts say that do not take over."""
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    """What the check finds, by rule set."""
    proof_problems: tuple[Problem, ...] = ()
    """What honest files bring to light."""
    states: dict[int, str] = field(default_factory=dict)

    def step(self, why: str = "") -> Step:
        return Step("ann", why, self.said.append)

    async def prepare(self, folder: Path, ruleset: str) -> None:
        assert folder.name == ruleset
        self.did.append("prepare")
        if self.front_fault:
            raise NotLoaded(self.front_fault)

    async def take_over(self, folder: Path, ruleset: str) -> list[str]:
        self.did.append(f"take over {ruleset}")
        return self.behind

    async def discard(self) -> None:
        self.did.append("discard")

    async def settle(self, seconds: float) -> int:
        self.did.append("settle")
        if self.gate is not None:
            await self.gate.wait()
        return 0

    async def on_duty(self) -> dict[int, str]:
        return self.states

    def adopt(self, rules_clamav: Path) -> None:
        self.did.append(f"clamd {rules_clamav.parent.name}")
        if self.clamd_fault:
            raise SignaturesNotLoaded(self.clamd_fault)

    def forget_formers(self) -> None:
        self.did.append("forget")

    async def rules_changed(self, folder: Path) -> None:
        self.did.append(f"istag {folder.name}")
        if self.istag_fault:
            raise OSError(self.istag_fault)

    def rules_settled(self) -> None:
        self.did.append("epoch")

    def check(self, folder: Path, **terms: object) -> RuleFindings:
        self.did.append("prove" if terms else "check")
        found = self.proof_problems if terms else self.problems.get(folder.name, ())
        return RuleFindings(found)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(module, "check_ruleset", world.check)
    return world


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "rulesets")


class Sets:
    """Makes rule sets that differ in one line."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._store = store

    def write(self, word: str) -> Path:
        folder = self._folder / word
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "policy.toml").write_text(f"# {word}\n")
        return folder

    def take_in(self, word: str) -> StoredSet:
        return self._store.take_in(self.write(word), author="ann", note=word, origin="test")


@pytest.fixture
def sets(tmp_path: Path, store: Store) -> Sets:
    return Sets(tmp_path / "made", store)


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "active"


@pytest.fixture
def lifecycle(world: World, store: Store, link: Path) -> Lifecycle:
    parts = Parts(world, world, world, 1.0)  # type: ignore[arg-type]  # doubles
    return Lifecycle(store, parts, link, must_be_signed=False)


@pytest.fixture
def shadow() -> ShadowDouble:
    return ShadowDouble()


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[NewEvent]:
    told: list[NewEvent] = []
    monkeypatch.setattr(desk_module, "ask_add_events", lambda _, events: told.extend(events))
    return told


@pytest.fixture
def desk(
    store: Store, tmp_path: Path, lifecycle: Lifecycle, shadow: Any, events: list[NewEvent]
) -> RulesDesk:
    return RulesDesk(store, tmp_path / "rulesets", lifecycle, shadow, tmp_path / "ledger.sock")


@pytest.fixture
def hand_in(tmp_path: Path, sets: Any) -> Callable[[str], str]:
    """Put a set where orders may name it."""

    def hand_in(word: str) -> str:
        incoming = tmp_path / "rulesets" / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        return str(sets.write(word).rename(incoming / secrets.token_hex(8)))

    return hand_in
