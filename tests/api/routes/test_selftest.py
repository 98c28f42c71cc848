"""The self-test over REST."""

from dataclasses import replace

import httpx
import pytest

from api.services import Selftest
from tests.api.conftest import Site
from verdicts.ledger.questions import Role


async def test_what_was_played(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/selftest")
    assert answer.status_code == 200
    document = answer.json()
    assert document["ok"] is False
    assert [row["profile"] for row in document["data"]] == ["squid", "rspamd"]


async def test_only_some_profiles(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/selftest", params={"profile": "squid"})
    document = answer.json()
    assert document["ok"] is True
    assert len(document["data"]) == 1


@pytest.mark.parametrize("params", [{"profile": "netscape"}, {"client": "squid"}])
async def test_unknown(client: httpx.AsyncClient, params: dict[str, str]) -> None:
    answer = await client.post("/v1/selftest", params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_one_at_a_time(site: Site, client: httpx.AsyncClient) -> None:
    async with site.app.state.services.selftest.turn:
        answer = await client.post("/v1/selftest")
    assert answer.status_code == 503


async def test_a_viewer_may_not(site: Site) -> None:
    async with site.client(Role.VIEWER) as viewer:
        assert (await viewer.post("/v1/selftest")).status_code == 403


async def test_nobody_to_be_tested(site: Site, client: httpx.AsyncClient) -> None:
    def away(profiles: tuple[str, ...]) -> list[dict[str, object]]:
        raise OSError("no service runs on this state")

    services = site.app.state.services
    site.app.state.services = replace(services, selftest=Selftest(away, ("squid",)))
    answer = await client.post("/v1/selftest")
    assert answer.status_code == 503
    assert "no service runs" in answer.json()["detail"]
