"""Block and allow lists over REST: each change is a rule set of its own, seen and audited."""

import asyncio
from typing import Any

import httpx
import pytest

from verdicts.ledger.access.audit import AuditFilters, audit_page
from verdicts.ledger.questions import Role
from verdicts.ledger.reading.queries import Reader

ONE, TWO = "a" * 64, "b" * 64
SAID = {"reason": "seen in an outbreak", "expires": "2099-01-31"}


def audited(site: Any) -> list[tuple[str, str, str]]:
    reader = Reader(site.place.url)
    with reader.connect() as connection:
        rows = [one.row for one in reversed(audit_page(connection, AuditFilters(), 100))]
    reader.close()
    return [(row.actor, row.action, row.about) for row in rows if "list." in row.action]


@pytest.mark.usefixtures("supervisor", "active")
async def test_from_the_first_block_to_the_last(site: Any, client: httpx.AsyncClient) -> None:
    former = site.store.active
    async with site.client(Role.ANALYST) as analyst:
        put = await analyst.put(f"/v1/blocklist/{ONE}", json=SAID)
        assert put.status_code == 200, put.text
        row = {"sha256": ONE, **SAID, "author": "analyst", "in_force": True}
        assert put.json() == row
        shown = await analyst.get(f"/v1/blocklist/{ONE}")
        assert (shown.json(), shown.headers["etag"]) == (row, put.headers["etag"])
        listed = (await analyst.get("/v1/blocklist")).json()
        assert row in listed["data"]
        assert listed["ruleset"] == site.store.active.id != former.id
        tag = {"If-Match": put.headers["etag"]}
        assert (await analyst.delete(f"/v1/blocklist/{ONE}", headers=tag)).status_code == 403
    gone = await client.delete(f"/v1/blocklist/{ONE}", headers=tag)
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await client.get(f"/v1/blocklist/{ONE}")).status_code == 404
    assert audited(site) == [
        ("analyst", "blocklist.set", ONE),
        ("admin", "blocklist.removed", ONE),
    ]


@pytest.mark.usefixtures("supervisor", "active")
async def test_what_opens_the_network_is_for_admins(site: Any, client: httpx.AsyncClient) -> None:
    async with site.client(Role.ANALYST) as analyst:
        assert (await analyst.put(f"/v1/allowlist/{ONE}", json=SAID)).status_code == 403
        put = await client.put(f"/v1/allowlist/{ONE}", json={"reason": "our own updater"})
        assert put.json()["expires"] is None
        tag = {"If-Match": put.headers["etag"]}
        assert (await analyst.delete(f"/v1/allowlist/{ONE}", headers=tag)).status_code == 204


@pytest.mark.usefixtures("supervisor", "active")
async def test_nobody_changes_what_they_have_not_seen(client: httpx.AsyncClient) -> None:
    path = f"/v1/blocklist/{ONE}"
    tag = (await client.put(path, json=SAID)).headers["etag"]
    assert (await client.put(path, json={"reason": "other"})).status_code == 428
    changed = await client.put(path, json={"reason": "other"}, headers={"If-Match": tag})
    assert changed.status_code == 200
    old = {"If-Match": tag}
    assert (await client.put(path, json=SAID, headers=old)).status_code == 412
    assert (await client.delete(path, headers=old)).status_code == 412
    assert (await client.delete(path)).status_code == 428
    assert (await client.get(path)).json()["reason"] == "other"
    assert (await client.delete(f"/v1/blocklist/{TWO}", headers=old)).status_code == 404


@pytest.mark.usefixtures("supervisor", "active")
async def test_changes_at_once_are_all_kept(client: httpx.AsyncClient) -> None:
    digests = [f"{number:064x}" for number in range(1, 9)]
    answers = await asyncio.gather(
        *(client.put(f"/v1/blocklist/{digest}", json=SAID) for digest in digests)
    )
    assert {answer.status_code for answer in answers} == {200}
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await client.get(f"/v1/blocklist?limit=3&cursor={cursor}")).json()
        seen += [row["sha256"] for row in page["data"]]
        cursor = page["next"]
    assert seen == sorted(seen)
    assert set(digests) <= set(seen)


@pytest.mark.usefixtures("supervisor", "active")
async def test_comments_and_other_lines_stay(site: Any, client: httpx.AsyncClient) -> None:
    await client.put(f"/v1/blocklist/{ONE}", json=SAID)
    await client.put(f"/v1/blocklist/{TWO}", json=SAID)
    text = (site.store.folder(site.store.active.id) / "blocked.txt").read_text()
    assert text.splitlines()[-2:] == [
        f"{ONE}  2099-01-31  admin  seen in an outbreak",
        f"{TWO}  2099-01-31  admin  seen in an outbreak",
    ]


@pytest.mark.usefixtures("active")
@pytest.mark.parametrize(
    "digest, body",
    [
        ("A" * 64, SAID),
        ("a" * 63, SAID),
        ("x" * 64, SAID),
        (ONE, {}),
        (ONE, {"reason": ""}),
        (ONE, {"reason": " x"}),
        (ONE, {"reason": "two\nlines"}),
        (ONE, {"reason": "x" * 301}),
        (ONE, {"reason": "x", "expires": "soon"}),
        (ONE, {"reason": "x", "author": "root"}),
    ],
)
async def test_what_no_list_may_hold(
    client: httpx.AsyncClient, digest: str, body: dict[str, str]
) -> None:
    answer = await client.put(f"/v1/blocklist/{digest}", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.mark.usefixtures("supervisor", "active")
@pytest.mark.parametrize(
    "digest, reason",
    [
        ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "of nothing"),
        (ONE, "hidden \u202e"),
    ],
)
async def test_what_the_reader_of_the_list_refuses(
    client: httpx.AsyncClient, digest: str, reason: str
) -> None:
    answer = await client.put(f"/v1/blocklist/{digest}", json={"reason": reason})
    assert answer.status_code == 422
    assert (await client.get(f"/v1/blocklist/{digest}")).status_code == 404


@pytest.mark.usefixtures("active")
@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "cursor=x", "more=1"])
async def test_bad_pages(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"/v1/allowlist?{query}")).status_code == 422
