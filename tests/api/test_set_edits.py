"""An edit begins with what is active, and gives way to whoever was quicker."""

from pathlib import Path
from typing import Any

import pytest

from api.problems import RequestFailed
from api.set_edits import Edited, active_set, edit_active
from verdicts.ledger.access.audit_changes import audit_row
from verdicts.ledger.access.key_table import ApiKey
from verdicts.ledger.questions import Role
from verdicts.rulesets.records import Status

KEY = ApiKey("dk_1", "ann", Role.ADMIN, 0, None, None, None)


async def test_without_an_active_set(site: Any) -> None:
    with pytest.raises(RequestFailed, match="No rule set is active") as raised:
        active_set(site.app.state.services)
    assert raised.value.status == 503


async def test_another_set_becomes_active_meanwhile(
    site: Any, active: str, write_rules: Any
) -> None:
    def edit(folder: Path) -> Edited:
        assert folder == site.store.folder(active)
        other = site.store.take_in(write_rules("other", 9), author="bob", note="", origin="")
        for status in (Status.CHECKED, Status.ACTIVE):
            site.store.mark(other.id, status, actor="bob")
        return Edited(b"changed", audit_row(1, "ann", "blocklist.set", ""))

    services = site.app.state.services
    with pytest.raises(RequestFailed, match="try again") as raised:
        await edit_active(services, KEY, "blocked.txt", edit, "")
    assert raised.value.status == 409
    assert site.store.active.id != active
