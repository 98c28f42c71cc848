"""Sessions in cookies: https behind a proxy, forms within bounds, idle ones end, use is noted."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import Request

from api.pages.signed_in import cookie_name, is_secure, require_same_origin
from api.problems import RequestFailed
from api.settings import ApiSettings
from tests.api.pages.conftest import OURS, SignedIn, Visit
from verdicts.ledger.questions import Role
from verdicts.model import utc_now

WORM = "/verdicts/0192f3a4-0000-7000-8000-000000000001"


def request(scheme: str = "http", **headers: str) -> Request:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "scheme": scheme, "path": "/", "query_string": b""}
    return Request({**scope, "server": ("douane", 80), "headers": sent})


@pytest.fixture
def behind_proxy(site: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    services = site.app.state.services
    settings = ApiSettings(public_url="https://douane.example")
    object.__setattr__(services, "settings", settings)
    return services


def test_https_ends_here_or_at_a_proxy(site: Any, behind_proxy: Any) -> None:
    assert is_secure(request(), behind_proxy)
    assert cookie_name(request(), behind_proxy) == "__Host-douane"
    object.__setattr__(behind_proxy, "settings", ApiSettings())
    assert not is_secure(request(), behind_proxy)
    assert is_secure(request("https"), behind_proxy)


def test_origin_behind_a_proxy_is_the_public_one(behind_proxy: Any) -> None:
    require_same_origin(request(origin="https://Douane.example"), behind_proxy)
    require_same_origin(request(sec_fetch_site="same-origin"), behind_proxy)
    with pytest.raises(RequestFailed, match="public_url"):
        require_same_origin(request(origin="http://douane"), behind_proxy)


async def test_an_idle_session_ends(visitor: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.sessions.utc_now", lambda: utc_now() + timedelta(minutes=29))
    assert (await visitor.client.get("/health")).status_code == 200
    monkeypatch.setattr("api.sessions.utc_now", lambda: utc_now() + timedelta(minutes=58))
    assert (await visitor.client.get("/health")).status_code == 200, "the look before was noted"
    monkeypatch.setattr("api.sessions.utc_now", lambda: utc_now() + timedelta(minutes=89))
    assert (await visitor.client.get("/health")).status_code == 303


async def test_a_session_ends_after_its_hours_however_it_is_used(
    visitor: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.sessions.SEEN_NOTED_SECONDS", 0)
    for minutes in range(0, 12 * 60, 29):
        later = timedelta(minutes=minutes)
        monkeypatch.setattr("api.sessions.utc_now", lambda later=later: utc_now() + later)
        assert (await visitor.client.get("/sign-in")).status_code == 303
    monkeypatch.setattr("api.sessions.utc_now", lambda: utc_now() + timedelta(hours=12))
    assert (await visitor.client.get("/sign-in")).status_code == 200


async def test_forms_have_bounds(signed_in: SignedIn) -> None:
    analyst = await signed_in(Role.ANALYST)
    for status, body in (
        (413, b"reason=" + b"x" * 20_000),
        (422, b"&".join(b"a%d=1" % number for number in range(50))),
        (422, b"\xff=1"),
        (403, b""),
    ):
        answer = await analyst.client.post(f"{WORM}/feedback", content=body, headers=OURS)
        assert answer.status_code == status


async def test_rate_of_a_key_is_that_of_its_pages(site: Any, visitor: Visit) -> None:
    answer = await visitor.client.get("/health")
    assert "ratelimit" in {name.lower() for name in answer.headers}


async def test_refusals_are_in_the_audit_once(
    site: Any, client: httpx.AsyncClient, visitor: Visit
) -> None:
    for _ in range(2):
        assert (await visitor.client.get("/verdicts/export?format=csv")).status_code == 403
        assert (await visitor.post(f"{WORM}/feedback")).status_code == 403
    rows = (await client.get("/v1/audit?action=denied")).json()["data"]
    assert [(row["actor"], row["about"]) for row in rows] == [
        ("viewer", "POST /verdicts/{id}/feedback"),
        ("viewer", "GET /verdicts/export"),
    ]
