"""Pages of other origins: those of the settings, exactly, and without cookies."""

from typing import Any

import httpx
import pytest

from api.settings import ApiSettings

ORIGIN = "https://soc.example"
ASKING = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> ApiSettings:
    """With one origin; with none if the test says so."""
    return ApiSettings(origins=getattr(request, "param", (ORIGIN,)))


@pytest.mark.parametrize("settings", [()], indirect=True)
async def test_off_by_default(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/verdicts", headers={"Origin": ORIGIN})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert (await client.options("/v1/verdicts", headers=ASKING)).status_code == 405


async def test_answer_may_be_read(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/verdicts", headers={"Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert {"ETag", "RateLimit", "X-Request-ID"} <= set(
        answer.headers["access-control-expose-headers"].split(", ")
    )
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


async def test_preflight_needs_no_key(site: Any) -> None:
    async with site.client(None) as stranger:
        answer = await stranger.options("/v1/verdicts", headers=ASKING)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    ["https://soc.example.evil", "http://soc.example", "https://SOC.example", "null", "*", ""],
)
async def test_other_origins(client: httpx.AsyncClient, origin: str) -> None:
    answer = await client.get("/v1/verdicts", headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    refused = await client.options("/v1/verdicts", headers={**ASKING, "Origin": origin})
    assert refused.status_code == 405
    assert "access-control-allow-methods" not in refused.headers


async def test_options_that_is_no_preflight(client: httpx.AsyncClient) -> None:
    answer = await client.options("/v1/verdicts", headers={"Origin": ORIGIN})
    assert answer.status_code == 405
    assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("origin", ["*", "null", "https://a.example/", "https://a b", "soc", ""])
def test_settings_take_exact_origins_only(origin: str) -> None:
    with pytest.raises(ValueError, match="origins"):
        ApiSettings(origins=(origin,))
