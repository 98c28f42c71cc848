"""The audit as a page: for admins, found by whom and what; and it says if somebody changed it."""

import json
import re
import sqlite3
from typing import Any

import pytest

from api.pages.audit import CONTENT_SHOWN
from tests.api.pages.conftest import SignedIn, Visit
from verdicts.ledger.questions import Role

ROW = re.compile(r'<td data-label="Row" class="when">(-?\d+)</td>')
NOTED = re.compile(r"<code>(\d+):[0-9a-f]{64}</code>")


@pytest.fixture
async def admin(signed_in: SignedIn) -> Visit:
    return await signed_in(Role.ADMIN)


def rows(page: str) -> list[int]:
    return [int(number) for number in ROW.findall(page)]


def write(site: Any, statement: str, *values: object) -> None:
    """Write straight into the database, as somebody may who has its file."""
    with sqlite3.connect(site.run_directory / "log.sqlite") as connection:
        for trigger in ("audit_is_not_changed", "audit_is_not_deleted"):
            connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        connection.execute(statement, values)
    connection.close()


async def test_rows_newest_first(admin: Visit) -> None:
    page = await admin.get("/audit")
    assert rows(page) == [4, 3, 2, 1]
    assert ">session.started</bdi>" in page
    assert "&#34;role&#34;: &#34;viewer&#34;" in page


async def test_search_and_pages(admin: Visit) -> None:
    assert rows(await admin.get("/audit?action=session.started")) == [4]
    assert rows(await admin.get("/audit?actor=command+line")) == [3, 2, 1]
    assert rows(await admin.get("/audit?since=2026-01-01T00:00&until=2999-01-01T00:00:00")) != []
    assert "No row matches" in await admin.get("/audit?about=nothing")
    first = await admin.get("/audit?actor=command+line&limit=2")
    older = re.search(r'rel="next" href="([^"]*)"', first)
    assert older
    assert older[1].endswith("&amp;cursor=2")
    second = await admin.get(older[1].replace("&amp;", "&"))
    assert rows(second) == [1]
    assert 'href="/audit?actor=command+line&amp;limit=2">Newest' in second


async def test_an_address_is_short(admin: Visit) -> None:
    answer = await admin.client.get("/audit?since=&until=&actor=ann&action=&about=")
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit?actor=ann")


@pytest.mark.parametrize(
    "query", ["user=x", "since=yesterday", "cursor=x", "limit=51", "actor=%00"]
)
async def test_what_cannot_be_asked(admin: Visit, query: str) -> None:
    assert query.partition("=")[0] in await admin.get(f"/audit?{query}", 422)


async def test_a_check_says_what_the_command_says(site: Any, admin: Visit) -> None:
    good = await admin.send_form("/audit", "/audit/check")
    assert good.status_code == 200
    assert "<strong>4 rows, nothing wrong</strong>" in good.text
    assert NOTED.findall(good.text) == ["4"]
    write(site, "UPDATE audit SET actor = 'nobody' WHERE id = 2")
    bad = await admin.send_form("/audit", "/audit/check")
    assert "4 rows, and the audit is not as it was written" in bad.text
    assert "row 2 was changed, or was not written by the ledger" in bad.text


async def test_a_check_without_the_key(site: Any, admin: Visit) -> None:
    (site.run_directory / "audit.key").unlink()
    answer = await admin.send_form("/audit", "/audit/check")
    assert answer.status_code == 503
    assert "audit.key cannot be read; restore it from a backup" in answer.text


async def test_a_check_is_no_matter_for_other_sites(site: Any, admin: Visit) -> None:
    assert (await admin.post("/audit/check", csrf="0" * 64)).status_code == 403
    other = await admin.client.post("/audit/check", headers={"Sec-Fetch-Site": "cross-site"})
    assert other.status_code == 403
    with site.app.state.services.audit_checks.taken("dk_other", "check of the audit"):
        busy = await admin.send_form("/audit", "/audit/check")
    assert busy.status_code == 503


async def test_only_who_may_see_it_finds_it(signed_in: SignedIn, admin: Visit) -> None:
    assert 'href="/audit"' in await admin.get("/health")
    for role in (Role.VIEWER, Role.ANALYST):
        visitor = await signed_in(role)
        assert 'href="/audit"' not in await visitor.get("/health")
        await visitor.get("/audit", 403)
        assert (await visitor.send_form("/health", "/audit/check")).status_code == 403


async def test_rows_of_strangers_are_only_text(site: Any, admin: Visit) -> None:
    nasty = "<script>alert(1)</script>\u202e\"'&"
    values = (nasty, nasty, nasty, nasty, nasty * 100, json.dumps([nasty] * 999), nasty, nasty)
    write(
        site,
        "INSERT INTO audit (id, time, actor, credential, address, action, about, before, after,"
        " request, hash) VALUES (99, 'x', ?, ?, ?, ?, ?, ?, ?, ?, 'x')",
        *values,
    )
    page = await admin.get("/audit")
    assert rows(page)[0] == 99
    assert "<script>" not in page
    assert "\u202e" not in page
    assert "only the beginning" in page
    assert max(map(len, re.findall(r'href="([^"]*)"', page))) < 1000
    assert len(page) < 20_000 + 20 * CONTENT_SHOWN
    again = re.search(r'href="(/audit\?actor=[^"]*script[^"]*)"', page)
    assert again
    assert rows(await admin.get(again[1].replace("&amp;", "&"))) == [99]
