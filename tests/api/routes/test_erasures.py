"""POST /v1/erasures: an admin has a user forgotten, and the audit says so without the name."""

from typing import Any

import httpx
import pytest

from api.routes import erasures
from verdicts.ledger.access.audit import AuditFilters, audit_page
from verdicts.ledger.questions import Role
from verdicts.ledger.reading.queries import Reader


@pytest.mark.usefixtures("ledger")
async def test_a_user_is_forgotten(site: Any, client: httpx.AsyncClient) -> None:
    before = (await client.get("/v1/stats/summary")).json()
    assert (await client.get("/v1/verdicts?user=ann")).json()["data"]
    answer = await client.post("/v1/erasures", json={"user": "ann"})
    assert answer.status_code == 200, answer.text
    pseudonym = answer.json()["pseudonym"]
    assert answer.json() == {"complete": True, "pseudonym": pseudonym}
    assert "ann" not in pseudonym
    assert (await client.get("/v1/verdicts?user=ann")).json()["data"] == []
    after = (await client.get("/v1/stats/top?by=user")).json()["data"]
    assert [row["key"] for row in after] == [""]
    assert after[0]["transfers"] == before["transfers"]


@pytest.mark.usefixtures("ledger")
async def test_what_takes_too_long_is_to_be_asked_again(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasures, "ANSWER_SECONDS", -1.0)
    answer = await client.post("/v1/erasures", json={"user": "ann"})
    assert answer.json()["complete"] is False


@pytest.mark.usefixtures("ledger")
async def test_the_audit_does_not_keep_the_name(site: Any, client: httpx.AsyncClient) -> None:
    pseudonym = (await client.post("/v1/erasures", json={"user": "ann"})).json()["pseudonym"]
    reader = Reader(site.place.url)
    with reader.connect() as connection:
        rows = audit_page(connection, AuditFilters(action="user.erased"), 10)
    reader.close()
    assert [one.row.about for one in rows] == [pseudonym]
    assert "ann" not in repr(rows)


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
async def test_admins_only(site: Any, role: Role) -> None:
    async with site.client(role) as client:
        assert (await client.post("/v1/erasures", json={"user": "ann"})).status_code == 403
        assert (await client.get("/v1/verdicts?user=ann")).json()["data"]


@pytest.mark.parametrize("body", [{}, {"user": ""}, {"user": "x" * 257}, {"user": "a", "b": 1}, []])
async def test_what_names_nobody(client: httpx.AsyncClient, body: object) -> None:
    answer = await client.post("/v1/erasures", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
