"""All pages together: none without signing in, none that lets anything in from elsewhere."""

import re
from typing import Any

from fastapi.routing import APIRoute

from api.pages.routers import ROUTERS
from tests.api.pages.conftest import OURS, SignedIn, Visit
from verdicts.ledger.questions import Role

VERDICT = "0192f3a4-0000-7000-8000-000000000001"
PAGES = ("/", "/live", "/verdicts", f"/verdicts/{VERDICT}", "/rules", "/rules/Worm_X", "/rulesets")
FREE = {"/sign-in", "/static/{version}/{name:path}"}
ROUTES = [
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
]


async def test_none_without_signing_in(stranger: Visit) -> None:
    stranger.client.cookies.set("douane", "x" * 43)
    for method, path in ROUTES:
        if path not in FREE:
            answer = await stranger.client.request(method, path, headers=OURS)
            assert answer.status_code == 303, (method, path)
            assert answer.headers["location"].startswith("/sign-in"), (method, path)


async def test_pages_are_shut_to_other_sites(visitor: Visit, active: str) -> None:
    for path in (*PAGES, "/health", "/verdicts/x", "/sign-in?next=/live"):
        headers = (await visitor.client.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "http" not in policy, path
        assert headers["x-frame-options"] == "DENY", path
        assert headers["cache-control"] == "no-store", path
        assert headers["referrer-policy"] == "no-referrer", path


async def test_pages_hold_no_script_of_strangers(visitor: Visit, active: str) -> None:
    for path in PAGES:
        page = await visitor.get(path)
        assert "<script>" not in page, path
        assert "\u202e" not in page, path
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page), path
        assert not re.search(r'(?:src|href|action)="(?!/|#)', page), path


async def test_errors_are_pages_with_words(visitor: Visit) -> None:
    page = await visitor.get("/verdicts/nothing", 404)
    assert "The log has no verdict of this id." in page
    assert "Request <code>" in page


async def test_the_api_itself_answers_no_cookie(signed_in: SignedIn) -> None:
    admin = await signed_in(Role.ADMIN)
    assert (await admin.client.get("/v1/verdicts")).status_code == 401


async def test_pages_are_not_in_the_description(site: Any) -> None:
    assert all(path.startswith(("/v1/", "/metrics")) for path in site.app.openapi()["paths"])
