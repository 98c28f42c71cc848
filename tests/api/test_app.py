"""Every route against every role."""

from typing import Any

import pytest
from fastapi.routing import APIRoute

from api.app import ROUTERS
from verdicts.ledger.questions import Role

EVERYBODY = (None, *Role)
KEYS = tuple(Role)
TABLE = {
    # route: who may; the others get 401 without a key, 403 with one
    ("GET", "/v1/verdicts"): KEYS,
    ("GET", "/v1/verdicts/{id}"): KEYS,
    ("GET", "/v1/verdicts/{id}/feedback"): KEYS,
    ("POST", "/v1/verdicts/{id}/feedback"): (Role.ANALYST, Role.ADMIN),
    ("GET", "/v1/rules"): KEYS,
    ("GET", "/v1/rules/{name}"): KEYS,
    ("GET", "/v1/rulesets"): KEYS,
    ("GET", "/v1/rulesets/history"): KEYS,
    ("GET", "/v1/rulesets/{id}"): KEYS,
    ("GET", "/v1/rulesets/{id}/diff"): KEYS,
    ("GET", "/v1/rulesets/{id}/shadow"): KEYS,
    ("GET", "/v1/rulesets/{id}/retroactive"): KEYS,
    ("POST", "/v1/rulesets"): (Role.ANALYST, Role.ADMIN),
    ("POST", "/v1/rulesets/{id}/stage"): (Role.ANALYST, Role.ADMIN),
    ("POST", "/v1/rulesets/{id}/activate"): (Role.ADMIN,),
    ("POST", "/v1/rulesets/rollback"): (Role.ADMIN,),
    ("POST", "/v1/rulesets/unstage"): (Role.ANALYST, Role.ADMIN),
    ("GET", "/v1/events"): KEYS,
    ("GET", "/v1/stats/summary"): KEYS,
    ("POST", "/v1/scans"): (Role.ANALYST, Role.ADMIN),
    ("POST", "/v1/selftest"): (Role.ANALYST, Role.ADMIN),
    ("GET", "/v1/health/live"): EVERYBODY,
    ("GET", "/v1/health/ready"): EVERYBODY,
    ("GET", "/metrics"): KEYS,
    ("GET", "/openapi.json"): KEYS,
    ("GET", "/docs"): KEYS,
}


def test_table_is_complete() -> None:
    served = [route for router in ROUTERS for route in router.routes]
    assert all(isinstance(route, APIRoute) for route in served)
    pairs = {
        (method, one.path)
        for one in served
        if isinstance(one, APIRoute)
        for method in one.methods or ()
    }
    assert pairs == set(TABLE)


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("method, path", TABLE)
async def test_who_may(site: Any, method: str, path: str, role: Role | None) -> None:
    site.closing.set()  # what would stream ends at once
    async with site.client(role) as client:
        answer = await client.request(method, path.replace("{id}", "x"))
    if role in TABLE[method, path]:
        assert answer.status_code not in {401, 403}
    else:
        assert answer.status_code == (403 if role else 401)


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/verdicts/", "/redoc", "/docs/oauth2-redirect"])
async def test_nothing_else_is_served(site: Any, path: str) -> None:
    async with site.client() as client:
        assert (await client.get(path)).status_code == 404
