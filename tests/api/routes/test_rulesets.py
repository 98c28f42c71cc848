"""What is stored of rule sets, over REST."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from verdicts.ledger.event_log.new_events import NewEvent, ask_add_events
from verdicts.ledger.frames import Kind, pack
from verdicts.rulesets.records import Status
from verdicts.shadow_status import ShadowStatus
from verdicts.status import FrontStatus

WriteRules = Callable[..., Path]


@pytest.fixture
def staged(site: Any, active: str, write_rules: WriteRules) -> str:
    """The id of a set in shadow: another score, one password and one file more."""
    folder = write_rules("other", 20)
    (folder / "passwords.txt").write_text("secret\nhunter2\n")
    (folder / "members.txt").write_text("a.scr 7 0000002a Worm\n")
    one = site.store.take_in(folder, author="bob", note="try", origin="upload")
    for status in (Status.CHECKED, Status.STAGED):
        site.store.mark(one.id, status, actor="bob", why="try")
    return str(one.id)


async def test_list(client: httpx.AsyncClient, active: str, staged: str) -> None:
    rows = (await client.get("/v1/rulesets")).json()["data"]
    assert [(row["id"], row["status"]) for row in rows] == [(staged, "staged"), (active, "active")]
    assert (rows[0]["author"], rows[0]["note"], rows[0]["origin"]) == ("bob", "try", "upload")


async def test_none_yet(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/rulesets")).json() == {"data": []}
    assert (await client.get("/v1/rulesets/history")).json() == {"data": []}
    assert (await client.get("/v1/rulesets/active")).status_code == 404


@pytest.mark.parametrize("name", ["id", "prefix", "staged"])
async def test_one(client: httpx.AsyncClient, staged: str, name: str) -> None:
    path = {"id": staged, "prefix": staged[:6], "staged": "staged"}[name]
    body = (await client.get(f"/v1/rulesets/{path}")).json()
    assert (body["id"], body["status"]) == (staged, "staged")
    assert {"members.txt", "yara/worm.yar"} < {file["path"] for file in body["files"]}
    assert all(len(file["sha256"]) == 64 for file in body["files"])


async def test_history(client: httpx.AsyncClient, active: str, staged: str) -> None:
    rows = (await client.get("/v1/rulesets/history")).json()["data"]
    assert [row["action"] for row in rows] == [
        "staged", "checked", "taken in", "activated", "checked", "taken in",
    ]  # fmt: skip
    assert (rows[0]["actor"], rows[0]["why"], rows[0]["ruleset"]) == ("bob", "try", staged)
    assert rows[3]["ruleset"] == active
    assert "Worm_X" in rows[3]["added"]
    assert len((await client.get("/v1/rulesets/history?limit=2")).json()["data"]) == 2


async def test_diff(client: httpx.AsyncClient, active: str, staged: str) -> None:
    body = (await client.get("/v1/rulesets/staged/diff")).json()
    assert (body["ruleset"], body["against"]) == (staged, active)
    assert body["files"]["added"] == ["members.txt"]
    assert body["rules"] == {"added": [], "removed": [], "changed": ["Worm_X"]}
    lists = {row["file"]: row for row in body["lists"]}
    assert lists["members.txt"]["added"] == ["a.scr 7 0000002a Worm"]
    assert "hunter2" not in str(body)
    back = (await client.get(f"/v1/rulesets/active/diff?to={staged}")).json()
    assert back["files"]["removed"] == ["members.txt"]
    first = (await client.get("/v1/rulesets/active/diff")).json()
    assert first["against"] is None
    assert "yara/worm.yar" in first["files"]["added"]
    assert (await client.get("/v1/rulesets/active/diff?to=ffff")).status_code == 404


@pytest.mark.usefixtures("ledger")
async def test_shadow(
    site: Any, client: httpx.AsyncClient, staged: str, status: FrontStatus
) -> None:
    empty = (await client.get("/v1/rulesets/staged/shadow")).json()
    assert (empty["ruleset"], empty["compared"], empty["rate"]) == (staged, 0, None)
    counts = (
        ShadowStatus(staged, compared=10, would_block=1, skipped=2),
        ShadowStatus(staged, compared=30, would_block=1, would_pass=3, failed=4, unlisted=5),
        ShadowStatus("another", compared=1000),
        None,
    )
    await report(site, [replace(status, front=n, shadow=one) for n, one in enumerate(counts)])
    await add(site, staged, "shadow", 5)
    body = (await client.get("/v1/rulesets/staged/shadow?limit=2")).json()
    assert [event["data"] for event in body.pop("data")] == [{"n": 4}, {"n": 3}]
    assert body == {
        "ruleset": staged,
        "compared": 40,
        "would_block": 2,
        "would_pass": 3,
        "rate": 0.05,
        "skipped": 2,
        "failed": 4,
        "unlisted": 5,
        "next": 9,  # the site's own worms are events 1 to 5
    }
    rest = (await client.get("/v1/rulesets/staged/shadow?cursor=9&limit=3")).json()
    assert [event["data"]["n"] for event in rest["data"]] == [2, 1, 0]
    assert rest["next"] is None


@pytest.mark.usefixtures("ledger")
async def test_retroactive(site: Any, client: httpx.AsyncClient, active: str) -> None:
    await add(site, active, "retroactive", 2)
    await add(site, active, "shadow", 1)
    body = (await client.get("/v1/rulesets/active/retroactive")).json()
    assert [(event["kind"], event["data"]["n"]) for event in body["data"]] == [
        ("retroactive", 1),
        ("retroactive", 0),
    ]
    first = (await client.get("/v1/rulesets/active/retroactive?limit=1")).json()
    rest = await client.get(f"/v1/rulesets/active/retroactive?limit=1&cursor={first['next']}")
    assert first["data"] + rest.json()["data"] == body["data"]
    assert (body["next"], rest.json()["next"]) == (None, None)
    assert (await client.get("/v1/rulesets/ffff/retroactive")).status_code == 404


async def test_store_that_is_damaged(site: Any, client: httpx.AsyncClient, active: str) -> None:
    (site.run_directory / "rulesets" / "state.json").write_text("{")
    answer = await client.get("/v1/rulesets")
    assert answer.status_code == 503
    assert str(site.run_directory) not in answer.text


async def add(site: Any, ruleset: str, kind: str, count: int) -> None:
    new = [NewEvent(n, kind, ruleset, "", {"n": n}) for n in range(count)]
    await asyncio.to_thread(ask_add_events, site.place.socket, new)


async def report(site: Any, statuses: list[FrontStatus]) -> None:
    """Let the ledger hear of fronts; it has taken them once it has closed the connection."""
    reader, writer = await asyncio.open_unix_connection(site.place.socket)
    for status in statuses:
        writer.write(pack(Kind.STATUS, TypeAdapter(FrontStatus).dump_json(status)))
    writer.write_eof()
    await reader.read()
    writer.close()
    await writer.wait_closed()
