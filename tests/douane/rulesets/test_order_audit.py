"""The row of an order says what became of it, whoever gave the order."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from douane.rulesets import order_audit as module
from douane.rulesets.order_audit import OrderAudit
from verdicts.ledger.access.audit_changes import AddAudit, AuditRow, audit_row
from verdicts.ledger.questions import LedgerAway
from verdicts.rulesets.orders import Order, OrderRefused
from verdicts.rulesets.records import Status, StoredSet

ACTIVE = StoredSet("a" * 16, Status.ACTIVE, 1, "ann", "", "")
DONE: dict[str, object] = {"id": "b" * 16, "status": "active", "kept_edits": ["one"]}


class Ledger:
    """Keeps rows, unless it is away."""

    def __init__(self) -> None:
        self.rows: list[AuditRow] = []
        self.away = False

    def __call__(self, _: Path, change: AddAudit) -> bool:
        if self.away:
            raise LedgerAway("no ledger")
        self.rows.append(change.row)
        return True


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    made = Ledger()
    monkeypatch.setattr(module, "ask_change", made)
    return made


@pytest.fixture
def audit(ledger: Ledger) -> OrderAudit:
    return OrderAudit(Path("ledger.sock"), lambda: ACTIVE)


def work(ending: dict[str, object] | BaseException) -> Callable[[], Any]:
    async def work() -> dict[str, object]:
        if isinstance(ending, BaseException):
            raise ending
        return ending

    return work


async def test_done_by_somebody_on_this_machine(audit: OrderAudit, ledger: Ledger) -> None:
    order = Order("activate", "alice", note="n", uid=1000)
    assert await audit.carried_out(order, work(DONE)) == {**DONE, "audited": True}
    (row,) = ledger.rows
    assert (row.actor, row.credential) == ("command line", "uid 1000")
    assert (row.action, row.about) == ("ruleset.activated", "b" * 16)
    assert json.loads(row.before) == {"active": "a" * 16}
    assert json.loads(row.after) == {
        **{"note": "n", "said_to_be": "alice"},
        **{"ruleset": "b" * 16, "status": "active", "kept_edits": ["one"]},
    }


async def test_done_by_a_file_that_was_saved(audit: OrderAudit, ledger: Ledger) -> None:
    await audit.carried_out(Order("activate", "watch", note="saved"), work(DONE))
    assert (ledger.rows[0].actor, ledger.rows[0].credential) == ("watch", "")


async def test_done_over_rest(audit: OrderAudit, ledger: Ledger) -> None:
    """What was edited is the API's to say, what came of it is ours."""
    given = audit_row(
        *(1, "bob", "blocklist.set", "c" * 64),
        before={"reason": "x"},
        after={"reason": "y"},
        credential="dk_1",
        address="192.0.2.1",
        request="r1",
    )
    await audit.carried_out(Order("activate", "bob", row=given), work(DONE))
    (row,) = ledger.rows
    assert (row.actor, row.credential, row.address, row.request) == (
        *("bob", "dk_1"),
        *("192.0.2.1", "r1"),
    )
    assert (row.action, row.about, json.loads(row.before)) == (
        *("blocklist.set", "c" * 64),
        {"reason": "x"},
    )
    assert json.loads(row.after)["ruleset"] == "b" * 16
    assert row.time > 1


@pytest.mark.parametrize(
    "ending, outcome",
    [
        (OrderRefused("it has 1 problem"), "refused"),
        (ZeroDivisionError(), "failed"),
        (asyncio.CancelledError(), "failed"),
    ],
)
async def test_what_was_not_done(
    audit: OrderAudit, ledger: Ledger, ending: BaseException, outcome: str
) -> None:
    with pytest.raises(type(ending)):
        await audit.carried_out(Order("rollback", "alice", "abcd"), work(ending))
    (row,) = ledger.rows
    assert (row.action, row.about) == (f"ruleset.rolled_back.{outcome}", "abcd")
    assert "ruleset" not in json.loads(row.after)


async def test_what_changed_nothing_has_no_row(audit: OrderAudit, ledger: Ledger) -> None:
    """A file that is watched may be saved without a change."""
    same: dict[str, object] = {"id": ACTIVE.id, "status": "active"}
    assert (await audit.carried_out(Order("activate", "watch"), work(same)))["audited"]
    assert ledger.rows == []


async def test_rows_wait_for_the_ledger_in_order(audit: OrderAudit, ledger: Ledger) -> None:
    ledger.away = True
    for note in "12":
        done = await audit.carried_out(Order("activate", "watch", note=note), work(DONE))
        assert done["audited"] is False
    await audit.catch_up()
    ledger.away = False
    await audit.carried_out(Order("activate", "watch", note="3"), work(DONE))
    await audit.catch_up()
    assert [json.loads(row.after)["note"] for row in ledger.rows] == ["1", "2", "3"]


async def test_others_had_their_turn_before(audit: OrderAudit, ledger: Ledger) -> None:
    """The set that an order has replaced may not be the one that was active when it came."""
    await audit.carried_out(Order("activate", "ann"), work({**DONE, "former": "c" * 16}))
    assert json.loads(ledger.rows[0].before) == {"active": "c" * 16}
    assert await audit.carried_out(Order("activate", "ann"), work({**DONE, "former": DONE["id"]}))
    assert len(ledger.rows) == 1


async def test_what_was_on_no_list_before(audit: OrderAudit, ledger: Ledger) -> None:
    given = audit_row(1, "bob", "blocklist.set", "c" * 64, after={"reason": "y"})
    await audit.carried_out(Order("activate", "bob", row=given), work(DONE))
    assert ledger.rows[0].before == ""


async def test_few_rows_wait(
    audit: OrderAudit, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING", 2)
    ledger.away = True
    for note in "123":
        await audit.carried_out(Order("activate", "watch", note=note), work(DONE))
    ledger.away = False
    await audit.catch_up()
    assert [json.loads(row.after)["note"] for row in ledger.rows] == ["2", "3"]
