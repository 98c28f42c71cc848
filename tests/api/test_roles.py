"""Every route against every role, every scope, and nobody."""

import asyncio
import secrets
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.pages.routers import ROUTERS as PAGES
from verdicts.ledger.access import sessions
from verdicts.ledger.access.keys import create_key
from verdicts.ledger.access.scopes import Scope
from verdicts.ledger.access.session_changes import StartSession
from verdicts.ledger.access.sessions import session_digest
from verdicts.ledger.questions import Role
from verdicts.ledger.store import Writer

NOW = datetime.now(UTC)
NOBODY = None
VIEWER, ANALYST, ADMIN = Role.VIEWER, Role.ANALYST, Role.ADMIN


class Needs(NamedTuple):
    """The least role; None: no key at all.  The scope; None: none, so that limited keys fail."""

    role: Role | None
    scope: Scope | None = None


class Free(NamedTuple):
    """For every key, whatever its scopes."""

    role: Role | None = VIEWER
    scope: None = None


TABLE: dict[tuple[str, str], Needs | Free] = {
    ("GET", "/v1/verdicts"): Needs(VIEWER, Scope.VERDICTS),
    ("GET", "/v1/verdicts/export"): Needs(ANALYST, Scope.VERDICTS),
    ("GET", "/v1/verdicts/{id}"): Needs(VIEWER, Scope.VERDICTS),
    ("GET", "/v1/verdicts/{id}/feedback"): Needs(VIEWER, Scope.VERDICTS),
    ("POST", "/v1/verdicts/{id}/feedback"): Needs(ANALYST, Scope.VERDICTS),
    ("GET", "/v1/verdicts/{id}/stix"): Needs(VIEWER, Scope.VERDICTS),
    ("GET", "/v1/verdicts/{id}/misp"): Needs(VIEWER, Scope.VERDICTS),
    ("GET", "/v1/verdicts/{id}/ocsf"): Needs(VIEWER, Scope.VERDICTS),
    ("GET", "/v1/verdicts/{id}/ecs"): Needs(VIEWER, Scope.VERDICTS),
    ("GET", "/v1/verdicts/{id}/cef"): Needs(VIEWER, Scope.VERDICTS),
    ("GET", "/v1/files/{sha256}"): Needs(VIEWER, Scope.VERDICTS),
    ("GET", "/v1/rules"): Needs(VIEWER, Scope.RULES),
    ("GET", "/v1/rules/{name}"): Needs(VIEWER, Scope.RULES),
    ("GET", "/v1/rulesets"): Needs(VIEWER, Scope.RULES),
    ("GET", "/v1/rulesets/history"): Needs(VIEWER, Scope.RULES),
    ("GET", "/v1/rulesets/{id}"): Needs(VIEWER, Scope.RULES),
    ("GET", "/v1/rulesets/{id}/diff"): Needs(VIEWER, Scope.RULES),
    ("GET", "/v1/rulesets/{id}/shadow"): Needs(VIEWER, Scope.RULES),
    ("GET", "/v1/rulesets/{id}/retroactive"): Needs(VIEWER, Scope.RULES),
    ("POST", "/v1/rulesets"): Needs(ANALYST, Scope.RULES),
    ("POST", "/v1/rulesets/{id}/stage"): Needs(ANALYST, Scope.RULES),
    ("POST", "/v1/rulesets/{id}/activate"): Needs(ADMIN, Scope.RULES),
    ("POST", "/v1/rulesets/rollback"): Needs(ADMIN, Scope.RULES),
    ("POST", "/v1/rulesets/unstage"): Needs(ANALYST, Scope.RULES),
    ("GET", "/v1/policy"): Needs(VIEWER, Scope.RULES),
    ("PUT", "/v1/policy"): Needs(ADMIN, Scope.RULES),
    ("GET", "/v1/blocklist"): Needs(VIEWER, Scope.RULES),
    ("GET", "/v1/blocklist/{sha256}"): Needs(VIEWER, Scope.RULES),
    ("PUT", "/v1/blocklist/{sha256}"): Needs(ANALYST, Scope.RULES),
    ("DELETE", "/v1/blocklist/{sha256}"): Needs(ADMIN, Scope.RULES),
    ("GET", "/v1/allowlist"): Needs(VIEWER, Scope.RULES),
    ("GET", "/v1/allowlist/{sha256}"): Needs(VIEWER, Scope.RULES),
    ("PUT", "/v1/allowlist/{sha256}"): Needs(ADMIN, Scope.RULES),
    ("DELETE", "/v1/allowlist/{sha256}"): Needs(ANALYST, Scope.RULES),
    ("GET", "/v1/events"): Needs(VIEWER, Scope.EVENTS),
    ("GET", "/v1/sinks"): Needs(ADMIN, Scope.EVENTS),
    ("POST", "/v1/sinks/{name}/enable"): Needs(ADMIN, Scope.EVENTS),
    ("GET", "/v1/stats/summary"): Needs(VIEWER, Scope.STATS),
    ("GET", "/v1/stats/timeseries"): Needs(VIEWER, Scope.STATS),
    ("GET", "/v1/stats/top"): Needs(VIEWER, Scope.STATS),
    ("POST", "/v1/scans"): Needs(ANALYST, Scope.SCANS),
    ("POST", "/v1/erasures"): Needs(ADMIN, Scope.PRIVACY),
    ("GET", "/v1/keys"): Needs(ADMIN, Scope.KEYS),
    ("POST", "/v1/keys"): Needs(ADMIN, Scope.KEYS),
    ("DELETE", "/v1/keys/{prefix}"): Needs(ADMIN, Scope.KEYS),
    ("GET", "/v1/audit"): Needs(ADMIN, Scope.AUDIT),
    ("POST", "/v1/selftest"): Needs(ANALYST, Scope.HEALTH),
    ("GET", "/v1/health/live"): Needs(NOBODY),
    ("GET", "/v1/health/ready"): Needs(NOBODY),
    ("GET", "/metrics"): Needs(VIEWER, Scope.METRICS),
    ("GET", "/openapi.json"): Free(),
}
PAGE_TABLE: dict[tuple[str, str], Role | None] = {
    # Pages go by a session, which only a key without scopes can begin
    ("GET", "/static/{version}/{name:path}"): NOBODY,
    ("GET", "/sign-in"): NOBODY,
    ("POST", "/sign-in"): NOBODY,
    ("POST", "/sign-out"): VIEWER,
    ("GET", "/"): VIEWER,
    ("GET", "/live"): VIEWER,
    ("GET", "/live/events"): VIEWER,
    ("GET", "/verdicts"): VIEWER,
    ("GET", "/verdicts/{id}"): VIEWER,
    ("GET", "/verdicts/{id}/raw"): VIEWER,
    ("POST", "/verdicts/{id}/feedback"): ANALYST,
    ("GET", "/rules"): VIEWER,
    ("GET", "/rules/{name}"): VIEWER,
    ("GET", "/rulesets"): VIEWER,
    ("GET", "/health"): VIEWER,
    ("GET", "/audit"): ADMIN,
    ("POST", "/audit/check"): ADMIN,
    ("GET", "/docs"): VIEWER,
    ("GET", "/docs/openapi.json"): VIEWER,
    ("GET", "/verdicts/export"): ANALYST,
}
FORM = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize("routers, table", [(ROUTERS, TABLE), (PAGES, PAGE_TABLE)])
def test_the_tables_are_complete(routers: Any, table: dict[tuple[str, str], object]) -> None:
    served = [route for router in routers for route in router.routes]
    assert all(isinstance(route, APIRoute) for route in served)
    assert sorted((method, one.path) for one in served for method in one.methods) == sorted(table)


def address(path: str) -> str:
    return path.replace("{", "").replace("}", "")


async def asked(client: httpx.AsyncClient, method: str, path: str) -> int:
    return (await client.request(method, address(path))).status_code


@pytest.mark.parametrize("role", [None, *Role])
async def test_who_may(site: Any, role: Role | None) -> None:
    site.closing.set()  # what would stream ends at once
    async with site.client(role) as client:
        for (method, path), (needed, _) in TABLE.items():
            status = await asked(client, method, path)
            if needed is None or (role is not None and role.may(needed)):
                assert status not in {401, 403}, path
            else:
                assert status == (403 if role else 401), path


@pytest.mark.parametrize("scope", Scope)
async def test_a_limited_key(site: Any, scope: Scope) -> None:
    site.closing.set()
    key = await asyncio.to_thread(
        create_key, site.place, "limited", Role.ADMIN, NOW, scopes=(scope,)
    )
    async with site.client(None) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        for (method, path), needs in TABLE.items():
            open_to_it = needs.role is None or isinstance(needs, Free) or needs.scope is scope
            status = await asked(client, method, path)
            assert (status not in {401, 403}) if open_to_it else (status == 403), path


async def test_a_limited_key_keeps_to_its_role(site: Any) -> None:
    key = await asyncio.to_thread(
        create_key, site.place, "limited", Role.VIEWER, NOW, scopes=tuple(Scope)
    )
    async with site.client(None) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        assert await asked(client, "GET", "/v1/keys") == 403
        assert await asked(client, "GET", "/v1/verdicts") == 200


@pytest.fixture
def tokens(site: Any) -> dict[Role, str]:
    """A session of every role."""
    writer = Writer(site.place.url)
    found = {role: secrets.token_urlsafe(32) for role in Role}
    connection = writer.connection()
    for role, token in found.items():
        with connection.begin():
            started = StartSession(session_digest(token), site.keys[role][:11], 10**15, 10**16)
            assert sessions.apply(connection, started)
    writer.close()
    return found


@pytest.mark.parametrize("role", [None, *Role])
async def test_who_may_see_pages(
    site: Any, tokens: dict[Role, str], role: Role | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.sessions.utc_now", lambda: datetime.fromtimestamp(10**9 + 60, UTC))
    site.closing.set()
    async with site.client(None) as client:
        client.headers.update(FORM)
        if role:
            client.cookies.set("douane", tokens[role], domain="douane.local")
            client.headers["Cookie"] = f"douane={tokens[role]}"
        for (method, path), needed in PAGE_TABLE.items():
            answer = await client.request(method, address(path))
            to_sign_in = answer.headers.get("location", "").startswith("/sign-in")
            if needed is None:
                assert not to_sign_in, path
            elif role is None:
                assert to_sign_in, path
            elif role.may(needed):
                assert not to_sign_in, path
                assert method == "POST" or answer.status_code != 403, path
            else:
                assert answer.status_code == 403, path
