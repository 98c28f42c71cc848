"""A folder that was changed goes live with what was edited over REST; the audit has who did it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from douane.rulesets import order_audit
from douane.settings import Settings
from scanners.rules.manifest import ruleset_id
from scanners.rules.records import Problem
from tests.douane.rulesets import starts
from tests.douane.rulesets.starts import Start
from verdicts.ledger.access.audit_changes import AddAudit, AuditRow
from verdicts.rulesets.handover import bring_changed
from verdicts.rulesets.orders import Order, ask
from verdicts.rulesets.records import Status
from verdicts.rulesets.store import Store

folder, settings, store = starts.folder, starts.settings, starts.store
checked, start, running = starts.checked, starts.start, starts.running
told, said = starts.told, starts.said
LINE = f"{'a' * 64}  never  ann  a worm\n"


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[AuditRow]:
    written: list[AuditRow] = []

    def write(_: Path, change: AddAudit) -> bool:
        written.append(change.row)
        return True

    monkeypatch.setattr(order_audit, "ask_change", write)
    return written


def edit(settings: Settings, store: Store) -> str:
    """Make the active set another one, as an edit over REST does; return its id."""
    active = store.find("active")
    changed = {"blocked.txt": LINE.encode()}
    brought = bring_changed(settings.rulesets_directory, store.folder(active.id), changed)
    made = store.take_in(brought, author="ann", note="", origin="o")
    store.rebase(made.id, active.id)
    for status in (Status.CHECKED, Status.ACTIVE):
        store.mark(made.id, status, actor="ann")
    return made.id


async def test_a_start_keeps_edits(
    start: Start, settings: Settings, folder: Path, store: Store, rows: list[AuditRow]
) -> None:
    first = await start()
    edited = edit(settings, store)
    (folder / "passwords.txt").write_text("another\n")
    second = await start()
    active = store.find("active")
    assert active.id == second.id not in (first.id, edited, ruleset_id(folder))
    assert (store.folder(active.id) / "blocked.txt").read_text().endswith(LINE)
    assert (await start()).id == second.id
    assert [(row.actor, row.action, row.about) for row in rows] == [
        ("start", "ruleset.activated", first.id),
        ("start", "ruleset.activated", second.id),
    ]
    assert len(json.loads(rows[1].after)["kept_edits"]) == 1
    assert json.loads(rows[1].before) == {"active": edited}


async def test_a_saved_file_is_in_the_audit(
    settings: Settings,
    start: Start,
    checked: dict[str, Any],
    rows: list[AuditRow],
    folder: Path,
) -> None:
    """With what came of it: here it is refused."""
    settings.rules.__dict__["watch"] = True
    await start()
    checked["problems"] = (Problem("passwords.txt", 1, "", "wrong", "mend"),)
    (folder / "passwords.txt").write_text("saved\n")
    async with asyncio.timeout(10):
        while len(rows) < 2:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.02)
    assert (rows[1].actor, rows[1].credential) == ("watch", "")
    assert rows[1].action == "ruleset.activated.refused"
    assert "has 1 problem" in json.loads(rows[1].after)["reason"]


async def test_an_order_is_in_the_audit(
    settings: Settings, start: Start, rows: list[AuditRow]
) -> None:
    await start()
    for order in (Order("state", "ann"), Order("unstage", "ann", note="n")):
        asking = asyncio.to_thread(ask, settings.run_directory, order, print)
        await asyncio.gather(asking, return_exceptions=True)
    assert [row.action for row in rows[1:]] == ["ruleset.unstaged.refused"]
    assert json.loads(rows[1].after)["said_to_be"] == "ann"
