"""The audit over REST: pages and filters; who was refused is in it, though not without end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine

from verdicts.ledger.questions import Role

pytestmark = pytest.mark.usefixtures("ledger")


async def ids(client: httpx.AsyncClient, query: str = "") -> list[int]:
    answer = await client.get(f"/v1/audit{query}")
    assert answer.status_code == 200
    return [row["id"] for row in answer.json()["data"]]


async def test_pages(client: httpx.AsyncClient) -> None:
    """The keys of the site are there already."""
    first = (await client.get("/v1/audit?limit=2")).json()
    assert [row["id"] for row in first["data"]] == [3, 2]
    second = (await client.get(f"/v1/audit?limit=2&cursor={first['next']}")).json()
    assert ([row["id"] for row in second["data"]], second["next"]) == ([1], None)
    row = second["data"][0]
    assert (row["actor"], row["action"], row["before"]) == ("command line", "key.created", None)
    assert row["after"]["role"] == "viewer"
    assert len(row["hash"]) == 64


async def test_filters(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/keys", json={"name": "x"})).json()
    assert await ids(client, "?actor=admin") == [4]
    assert await ids(client, f"?about={made['prefix']}&action=key.created") == [4]
    assert await ids(client, "?action=key.revoked") == []
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert await ids(client, f"?until={later}") == [4, 3, 2, 1]
    assert await ids(client, f"?since={later}") == []


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=1.5", "limit=0", "limit=1001", "about=%00", "user=x", "since=1"]
)
async def test_bad_queries(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"/v1/audit?{query}")).status_code == 422


async def test_refusals_are_there_once(site: Any, client: httpx.AsyncClient) -> None:
    async with site.client(Role.VIEWER) as viewer:
        for _ in range(3):
            assert (await viewer.get("/v1/keys")).status_code == 403
            assert (await viewer.delete("/v1/keys/dk_x")).status_code == 403
    rows = (await client.get("/v1/audit?action=denied")).json()["data"]
    assert [(row["actor"], row["about"]) for row in rows] == [
        ("viewer", "DELETE /v1/keys/{prefix}"),
        ("viewer", "GET /v1/keys"),
    ]
    assert rows[0]["after"] == {"needed": "role admin"}
    assert rows[0]["request"]


async def test_feedback_is_there(client: httpx.AsyncClient) -> None:
    verdict = (await client.get("/v1/verdicts?limit=1")).json()["data"][0]["id"]
    said = {"kind": "missed", "reason": "\x1b[2J\u202e"}
    answer = await client.post(f"/v1/verdicts/{verdict}/feedback", json=said)
    assert answer.status_code == 201
    (row,) = (await client.get("/v1/audit?action=feedback.given")).json()["data"]
    assert (row["actor"], row["about"], row["after"]) == ("admin", verdict, said)
    missing = "0192f3a4-0000-7000-8000-0000000000ff"
    assert (await client.post(f"/v1/verdicts/{missing}/feedback", json=said)).status_code == 404
    assert len(await ids(client, "?action=feedback.given")) == 1


@pytest.mark.parametrize(
    "change",
    [
        "actor = CAST(x'ff' AS TEXT)",
        "hash = 'abc'",
        "time = 999999999999999999",
        "after = '{\"a\":NaN}'",
        f"after = '{'[' * 400}{']' * 400}'",
        "id = 9223372036854775807",
        "id = -5",
    ],
)
async def test_rows_that_somebody_wrote_by_hand(
    site: Any, client: httpx.AsyncClient, change: str
) -> None:
    database = create_engine(site.place.url)
    with database.begin() as connection:
        if database.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_is_not_changed")
        else:
            connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER USER")
        connection.exec_driver_sql(f"UPDATE audit SET {change} WHERE id = 2")  # noqa: S608
        if database.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE audit ENABLE TRIGGER USER")
    database.dispose()
    assert (await client.post("/v1/keys", json={"name": "x"})).status_code == 201
    seen, cursor = await ids(client), ""
    assert len(seen) == 4
    for number in seen:
        body = (await client.get(f"/v1/audit?limit=1{cursor}")).json()
        assert [row["id"] for row in body["data"]] == [number]
        cursor = f"&cursor={body['next']}"
    assert body["next"] is None
