"""Handing in rule sets and giving orders, to a supervisor that does what it would do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import Request

from api.services import get_services
from api.settings import ApiSettings
from tests.api.routes.orders import WRONG, Supervisor
from verdicts.ledger.questions import Role
from verdicts.rulesets.bundle import pack

WriteRules = Callable[..., Path]


@pytest.fixture
def bundle(write_rules: WriteRules, tmp_path: Path) -> bytes:
    pack(write_rules("new", 20), tmp_path / "new.tar.gz", None)
    return (tmp_path / "new.tar.gz").read_bytes()


def left_behind(site: Any) -> list[str]:
    return [path.name for path in (site.run_directory / "rulesets" / "incoming").glob("*")]


async def test_from_upload_to_rollback(
    site: Any, client: httpx.AsyncClient, supervisor: Supervisor, active: str, bundle: bytes
) -> None:
    async with site.client(Role.ANALYST) as analyst:
        answer = await analyst.post("/v1/rulesets?note=ticket+17", content=bundle)
        made = answer.json()
        assert answer.status_code == 201
        assert (made["status"], made["author"], made["note"]) == ("checked", "analyst", "ticket 17")
        assert left_behind(site) == []
        staged = (await analyst.post(f"/v1/rulesets/{made['id'][:8]}/stage?note=try")).json()
        assert (staged["id"], staged["status"], staged["why"]) == (made["id"], "staged", "try")
        assert (await analyst.post("/v1/rulesets/staged/activate")).status_code == 403
    assert (await client.post("/v1/rulesets/staged/activate")).json()["status"] == "active"
    assert site.store.active.id == made["id"]
    assert (await client.post("/v1/rulesets/rollback?note=no")).json()["id"] == active
    assert site.store.active.id == active
    again = await client.post(f"/v1/rulesets/rollback?to={made['id']}")
    assert again.json()["id"] == made["id"]
    rows = (await client.get("/v1/audit")).json()["data"]
    assert [(row["actor"], row["action"], row["about"]) for row in rows[:6]] == [
        ("admin", "ruleset.rolled_back", made["id"]),
        ("admin", "ruleset.rolled_back", active),
        ("admin", "ruleset.activated", made["id"]),
        ("analyst", "denied", "POST /v1/rulesets/{id}/activate"),
        ("analyst", "ruleset.staged", made["id"]),
        ("analyst", "ruleset.handed_in", made["id"]),
    ]
    assert (rows[0]["before"], rows[2]["before"]) == ({"active": active}, {"active": active})
    assert [(one.action, one.actor, bool(one.ruleset)) for one in supervisor.orders] == [
        ("check", "analyst", False),
        ("stage", "analyst", True),
        ("activate", "admin", True),
        ("rollback", "admin", False),
        ("rollback", "admin", True),
    ]


async def test_set_that_fails_the_check(
    site: Any, client: httpx.AsyncClient, supervisor: Supervisor, bundle: bytes
) -> None:
    supervisor.refuses = True
    answer = await client.post("/v1/rulesets", content=bundle)
    assert answer.status_code == 422
    body = answer.json()
    assert body["detail"] == "The rules do not compile."
    assert body["problems"] == [asdict(WRONG)]
    assert left_behind(site) == []


@pytest.mark.usefixtures("supervisor")
async def test_step_that_cannot_be_done(client: httpx.AsyncClient, active: str) -> None:
    answer = await client.post("/v1/rulesets/active/stage")
    assert answer.status_code == 409
    assert active in answer.json()["detail"]
    assert (await client.post("/v1/rulesets/ffff/stage")).status_code == 404
    assert (await client.post("/v1/rulesets/rollback?to=ffff")).status_code == 404


@pytest.mark.parametrize("content", [b"", b"no bundle", b"\x1f\x8b" + bytes(100)])
async def test_what_is_no_bundle(
    site: Any, client: httpx.AsyncClient, supervisor: Supervisor, content: bytes
) -> None:
    answer = await client.post("/v1/rulesets", content=content)
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert (supervisor.orders, left_behind(site)) == ([], [])


async def test_bundle_that_is_too_large(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.ruleset_orders.BUNDLE_BYTES", 10)
    assert (await client.post("/v1/rulesets", content=bytes(11))).status_code == 413


async def test_no_supervisor(site: Any, client: httpx.AsyncClient, bundle: bytes) -> None:
    answer = await client.post("/v1/rulesets", content=bundle)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert left_behind(site) == []


async def drop_by_drop(sent: asyncio.Event) -> AsyncIterator[bytes]:
    """A body of which one byte comes, and then no more."""
    yield b"x"
    sent.set()
    await asyncio.Event().wait()


@pytest.mark.usefixtures("supervisor")
async def test_who_is_slow_keeps_nobody_else_out(
    site: Any, client: httpx.AsyncClient, bundle: bytes
) -> None:
    sent = asyncio.Event()
    async with site.client(Role.ANALYST) as analyst:
        slow = asyncio.create_task(analyst.post("/v1/rulesets", content=drop_by_drop(sent)))
        async with asyncio.timeout(10):
            await sent.wait()
        again = await analyst.post("/v1/rulesets", content=bundle)
        assert (again.status_code, again.headers["retry-after"]) == (429, "5")
        assert (await client.post("/v1/rulesets", content=bundle)).status_code == 201
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        assert (await analyst.post("/v1/rulesets", content=bundle)).status_code == 201


async def test_four_places(site: Any, client: httpx.AsyncClient, bundle: bytes) -> None:
    services = get_services(Request({"type": "http", "app": site.app}))
    with ExitStack() as stack:
        for key in "abcd":
            stack.enter_context(services.handing_in.taken(key, "rule set"))
        answer = await client.post("/v1/rulesets", content=bundle)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize("settings", [ApiSettings(upload_seconds=0.05)])
async def test_slow_upload_comes_to_an_end(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/rulesets", content=drop_by_drop(asyncio.Event()))
    assert answer.status_code == 408


async def test_trial_comes_to_an_end(
    site: Any, client: httpx.AsyncClient, supervisor: Supervisor, bundle: bytes
) -> None:
    assert (await client.post("/v1/rulesets/unstage")).status_code == 404
    made = (await client.post("/v1/rulesets", content=bundle)).json()["id"]
    assert (await client.post(f"/v1/rulesets/{made}/stage")).status_code == 200
    async with site.client(Role.ANALYST) as analyst:
        answer = (await analyst.post("/v1/rulesets/unstage?note=seen+enough")).json()
    assert (answer["id"], answer["status"], answer["why"]) == (made, "checked", "seen enough")
    assert (supervisor.orders[-1].action, site.store.staged) == ("unstage", None)


async def test_nobody_goes_back_to_what_never_was_active(
    site: Any, client: httpx.AsyncClient, supervisor: Supervisor, active: str, bundle: bytes
) -> None:
    made = (await client.post("/v1/rulesets", content=bundle)).json()["id"]
    answer = await client.post(f"/v1/rulesets/rollback?to={made}")
    assert answer.status_code == 409
    assert "activate it instead" in answer.json()["detail"]
    assert site.store.active.id == active


async def test_note_of_any_bytes_is_shown(
    site: Any, client: httpx.AsyncClient, supervisor: Supervisor, active: str, bundle: bytes
) -> None:
    assert (await client.post("/v1/rulesets?note=caf%E9", content=bundle)).status_code == 422
    made = (await client.post("/v1/rulesets?note=caf%C3%A9%1B[2J", content=bundle)).json()
    assert made["note"] == "café\ufffd[2J"
    (site.run_directory / "rulesets" / "state.json").write_text(
        (site.run_directory / "rulesets" / "state.json").read_text().replace("first", "\\ud800")
    )
    for path in ("", "/active", "/history"):
        answer = await client.get(f"/v1/rulesets{path}")
        assert answer.status_code == 200
        assert "\ufffd" in answer.text


async def test_few_wait_for_the_supervisor(
    site: Any, client: httpx.AsyncClient, supervisor: Supervisor, active: str
) -> None:
    supervisor.free.clear()
    waiting = [asyncio.create_task(client.post("/v1/rulesets/active/activate")) for _ in range(4)]
    services = get_services(Request({"type": "http", "app": site.app}))
    async with asyncio.timeout(10):
        while not services.orders.locked():  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)
    assert (await client.post("/v1/rulesets/active/activate")).status_code == 503
    supervisor.free.set()
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} <= {200, 409}


async def test_order_for_what_was_seen(
    client: httpx.AsyncClient, supervisor: Supervisor, active: str, bundle: bytes
) -> None:
    """Who activates or takes back what somebody else has changed meanwhile is told."""
    made = (await client.post("/v1/rulesets", content=bundle)).json()["id"]
    seen = {"If-Match": (await client.get(f"/v1/rulesets/{made}")).headers["etag"]}
    assert (await client.post(f"/v1/rulesets/{made}/stage", headers=seen)).status_code == 200
    for path in (f"/v1/rulesets/{made}/activate", "/v1/rulesets/unstage"):
        stale = await client.post(path, headers=seen)
        assert (stale.status_code, stale.json()["type"]) == (412, "/docs#problem-stale")
    now = {"If-Match": stale.headers["etag"]}
    assert now["If-Match"] == (await client.get("/v1/rulesets/staged")).headers["etag"]
    assert (await client.post("/v1/rulesets/rollback", headers=now)).status_code == 412
    assert (await client.post(f"/v1/rulesets/{made}/activate", headers=now)).status_code == 200
    now = {"If-Match": (await client.get("/v1/rulesets/active")).headers["etag"]}
    back = await client.post("/v1/rulesets/rollback", headers=now)
    assert (back.status_code, back.json()["id"]) == (200, active)


@pytest.mark.usefixtures("supervisor", "active")
async def test_what_may_have_been_done_is_in_the_audit(
    site: Any, client: httpx.AsyncClient, bundle: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is carried out, and the connection breaks before anybody says so."""
    made = (await client.post("/v1/rulesets", content=bundle)).json()["id"]
    monkeypatch.setattr(
        "verdicts.rulesets.order_socket._Peer._write",
        lambda peer, *_: peer._writer.transport.abort(),
    )
    answer = await client.post(f"/v1/rulesets/{made}/activate")
    assert (answer.status_code, site.store.active.id) == (503, made)
    assert "may yet be done" in answer.json()["detail"]
    assert (await client.put(f"/v1/blocklist/{'a' * 64}", json={"reason": "x"})).status_code == 503
    for action, about in (("ruleset.activated", made), ("blocklist.set", "a" * 64)):
        (done,) = (await client.get(f"/v1/audit?action={action}")).json()["data"]
        (lost,) = (await client.get(f"/v1/audit?action={action}.unknown")).json()["data"]
        assert (lost["actor"], lost["about"], lost["request"]) == ("admin", about, done["request"])
        assert "ruleset" in done["after"]
        assert "ruleset" not in lost["after"]


async def test_without_a_supervisor_nothing_is_done(
    site: Any, client: httpx.AsyncClient, active: str
) -> None:
    answer = await client.post("/v1/rulesets/rollback")
    assert answer.status_code == 503
    assert "nothing was done" in answer.json()["detail"]
