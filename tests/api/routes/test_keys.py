"""Keys over REST: shown once, limited, revoked, and every step in the audit."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from verdicts.ledger.access.keys import create_key
from verdicts.ledger.access.scopes import Scope
from verdicts.ledger.questions import Role

pytestmark = pytest.mark.usefixtures("ledger")
NOW = datetime.now(UTC)


async def actions(client: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    rows = (await client.get("/v1/audit")).json()["data"]
    return [(row["actor"], row["action"], row["about"]) for row in rows]


async def test_life_of_a_key(site: Any, client: httpx.AsyncClient) -> None:
    expires = (NOW + timedelta(days=90)).isoformat()
    wanted = {"name": "grafana", "scopes": ["stats", "metrics"], "expires": expires}
    answer = await client.post("/v1/keys", json=wanted)
    made = answer.json()
    assert (answer.status_code, made["role"], made["scopes"]) == (
        201,
        "viewer",
        ["stats", "metrics"],
    )
    assert made["key"].startswith(made["prefix"])
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    async with site.client(None) as other:
        other.headers["Authorization"] = f"Bearer {made['key']}"
        assert (await other.get("/v1/stats/summary")).status_code == 200
        assert (await other.get("/v1/verdicts")).status_code == 403
    listed = await client.get("/v1/keys")
    assert made["key"] not in listed.text
    (row,) = [one for one in listed.json()["data"] if one["name"] == "grafana"]
    assert {**row, "key": made["key"], "last_used": None} == made
    gone = await client.delete(f"/v1/keys/{made['prefix']}")
    assert gone.json()["revoked"] is not None
    assert (await client.delete(f"/v1/keys/{made['prefix']}")).status_code == 404
    async with site.client(None) as other:
        other.headers["Authorization"] = f"Bearer {made['key']}"
        assert (await other.get("/v1/stats/summary")).status_code == 401
    assert (await actions(client))[:3] == [
        ("admin", "key.revoked", made["prefix"]),
        ("grafana", "denied", "GET /v1/verdicts"),
        ("admin", "key.created", made["prefix"]),
    ]


async def test_the_key_is_kept_nowhere(site: Any, client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "once", "Accept-Encoding": "gzip"}
    answer = await client.post("/v1/keys", json={"name": "x" * 256}, headers=headers)
    key = answer.json()["key"]
    assert "content-encoding" not in answer.headers
    again = await client.post("/v1/keys", json={"name": "x" * 256}, headers=headers)
    assert again.status_code == 409
    assert key not in again.text
    assert key not in (await client.get("/v1/audit")).text
    secret = key[11:].encode()
    for path in site.run_directory.rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes(), path


@pytest.mark.parametrize(
    "changed, where",
    [
        ({"name": ""}, "body.name"),
        ({"name": "  "}, "body.name"),
        ({"name": "x" * 257}, "body.name"),
        ({"name": "a\x1b[2J"}, "body.name"),
        ({"name": "a\nb"}, "body.name"),
        ({"name": " Command  line"}, "body.name"),
        ({"name": "douane serve"}, "body.name"),
        ({"role": "root"}, "body.role"),
        ({"scopes": ["everything"]}, "body.scopes.0"),
        ({"scopes": "stats"}, "body.scopes"),
        ({"expires": "2020-01-01T00:00:00Z"}, "body.expires"),
        ({"expires": "9999-12-31T23:59:59Z"}, "body.expires"),
        ({"expires": "2027-01-01T00:00:00"}, "body.expires"),
        ({"prefix": "dk_x"}, "body.prefix"),
    ],
)
async def test_what_no_key_can_be(
    client: httpx.AsyncClient, changed: dict[str, object], where: str
) -> None:
    answer = await client.post("/v1/keys", json={"name": "x", **changed})
    assert answer.status_code == 422
    assert [one["where"] for one in answer.json()["errors"]] == [where]


@pytest.mark.parametrize(
    "scopes, status", [(["keys"], 201), ([], 422), (["keys", "stats"], 422), (["stats"], 422)]
)
async def test_a_limited_key_makes_no_stronger_one(
    site: Any, scopes: list[str], status: int
) -> None:
    key = await asyncio.to_thread(
        create_key, site.place, "hr", Role.ADMIN, NOW, scopes=(Scope.KEYS,)
    )
    async with site.client(None) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        answer = await client.post(
            "/v1/keys", json={"name": "x", "role": "admin", "scopes": scopes}
        )
    assert answer.status_code == status


@pytest.mark.parametrize(
    "prefix, status",
    [("dk_nobody00", 404), ("x", 422), ("dk_%00abcdefg", 422), ("%ff", 422), ("dk_nobody00x", 422)],
)
async def test_no_such_key(client: httpx.AsyncClient, prefix: str, status: int) -> None:
    assert (await client.delete(f"/v1/keys/{prefix}")).status_code == status
