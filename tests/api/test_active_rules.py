"""The active set is read once, and anew when another one becomes active."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from api import active_rules
from api.active_rules import ActiveRules
from api.problems import RequestFailed
from scanners.rules.index import IndexFailed, RuleFacts, rule_index
from verdicts.rulesets.records import Status

WriteRules = Callable[..., Path]


async def test_what_the_set_says(site: Any, active: str) -> None:
    book = ActiveRules(site.store).read()
    assert book.ruleset == active
    assert [entry.name for entry in book.entries] == ["Worm Y", "Worm X"]
    assert set(book.rules) == {"Worm_X", "Douane.Worm.X"}


async def test_read_once(site: Any, active: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def counted(folder: Path) -> dict[str, RuleFacts]:
        read.append(folder)
        return rule_index(folder)

    monkeypatch.setattr(active_rules, "rule_index", counted)
    rules = ActiveRules(site.store)
    with ThreadPoolExecutor(4) as threads:
        books = [one.result() for one in [threads.submit(rules.read) for _ in range(8)]]
    assert {book.ruleset for book in books} == {active}
    assert len(read) == 1


@pytest.mark.usefixtures("active")
async def test_another_set(site: Any, write_rules: WriteRules) -> None:
    rules = ActiveRules(site.store)
    assert rules.read().rules["Worm_X"].score == 70
    other = site.store.take_in(write_rules("other", 20), author="x", note="", origin="x")
    site.store.mark(other.id, Status.CHECKED, actor="x")
    assert rules.read().rules["Worm_X"].score == 70
    site.store.mark(other.id, Status.ACTIVE, actor="x")
    assert rules.read().rules["Worm_X"].score == 20


async def test_no_set_yet(site: Any) -> None:
    with pytest.raises(RequestFailed, match="No rule set") as caught:
        ActiveRules(site.store).read()
    assert caught.value.status == 503


@pytest.mark.usefixtures("active")
async def test_set_that_cannot_be_read(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_folder: Path) -> dict[str, RuleFacts]:
        raise IndexFailed("secret text")

    monkeypatch.setattr(active_rules, "rule_index", failing)
    with pytest.raises(RequestFailed) as caught:
        ActiveRules(site.store).read()
    assert "secret" not in caught.value.detail
