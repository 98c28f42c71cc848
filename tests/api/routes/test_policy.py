"""The policy over REST: shown as it is, replaced as a whole by who has seen it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from verdicts.ledger.access.audit import AuditFilters, audit_page
from verdicts.ledger.questions import Role
from verdicts.ledger.reading.queries import Reader
from verdicts.rulesets.records import Status

POLICY = """\
# ours
default = "block"

[[clause]]
name = "clean"
action = "allow"
level = ["clean", "unknown"]

[[clause]]
name = "watched"
action = "block"
mode = "monitor"
codes = ["signature.*"]
"""
PATH = "/v1/policy"


@pytest.fixture
def active(site: Any, write_rules: Callable[..., Path]) -> str:
    """A rule set with this policy."""
    folder = write_rules()
    (folder / "policy.toml").write_text(POLICY)
    one = site.store.take_in(folder, author="ann", note="", origin="upload")
    for status in (Status.CHECKED, Status.ACTIVE):
        site.store.mark(one.id, status, actor="ann")
    return str(one.id)


@pytest.mark.usefixtures("supervisor", "active")
async def test_shown_and_replaced(site: Any, client: httpx.AsyncClient) -> None:
    shown = await client.get(PATH)
    assert shown.json() == {
        "ruleset": site.store.active.id,
        "default": "block",
        "mode": "enforce",
        "clauses": [
            {
                "name": "clean",
                "action": "allow",
                "mode": "enforce",
                "when": {"level": ["clean", "unknown"]},
            },
            {
                "name": "watched",
                "action": "block",
                "mode": "monitor",
                "when": {"codes": ["signature.*"]},
            },
        ],
        "text": POLICY,
    }
    new = 'default = "allow"\n'
    tag = {"If-Match": shown.headers["etag"]}
    replaced = await client.put(PATH, content=new, headers=tag)
    assert replaced.status_code == 200, replaced.text
    assert (replaced.json()["default"], replaced.json()["text"]) == ("allow", new)
    assert replaced.json()["ruleset"] == site.store.active.id
    again = await client.get(PATH)
    assert (again.json(), again.headers["etag"]) == (replaced.json(), replaced.headers["etag"])
    assert (await client.put(PATH, content=new, headers=tag)).status_code == 412
    assert (await client.put(PATH, content=new)).status_code == 428
    reader = Reader(site.place.url)
    with reader.connect() as connection:
        (one,) = audit_page(connection, AuditFilters(action="policy.replaced"), 10)
    reader.close()
    assert "# ours" in one.row.before
    assert "allow" in one.row.after


@pytest.mark.usefixtures("active")
async def test_admins_only(site: Any) -> None:
    async with site.client(Role.ANALYST) as analyst:
        shown = await analyst.get(PATH)
        tag = {"If-Match": shown.headers["etag"]}
        assert (await analyst.put(PATH, content=POLICY, headers=tag)).status_code == 403


@pytest.mark.usefixtures("active")
async def test_too_large(client: httpx.AsyncClient) -> None:
    tag = {"If-Match": "*"}
    answer = await client.put(PATH, content=b"#" * (256 * 1024 + 1), headers=tag)
    assert answer.status_code == 413
