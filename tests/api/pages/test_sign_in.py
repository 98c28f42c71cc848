"""Signing in: only with a good key, from a page of ours, to a place of ours; and out again."""

from typing import Any

import pytest

from api.sessions import TOKEN_LENGTH
from api.settings import ApiSettings
from tests.api.pages.conftest import OURS, SignedIn, Visit
from verdicts.ledger.questions import Role

FULL = pytest.mark.parametrize("place", ["/live", "/verdicts?user=%3Cb%3E&code=signature.yara"])


async def test_cookie_is_out_of_reach_and_unlike_the_key(site: Any, stranger: Visit) -> None:
    answer = await stranger.sign_in(site.keys[Role.VIEWER])
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("douane=")
    assert len(stranger.client.cookies["douane"]) == TOKEN_LENGTH
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "Overview" in await stranger.get("/")


async def test_behind_tls_the_cookie_is_bound_to_the_host(site: Any, stranger: Visit) -> None:
    stranger.client.base_url = "https://douane"
    cookie = (await stranger.sign_in(site.keys[Role.VIEWER])).headers["set-cookie"]
    assert cookie.startswith("__Host-douane=")
    assert "Secure" in cookie.split("; ")
    assert "Domain" not in cookie
    await stranger.get("/")


async def test_wrong_key(stranger: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.access.WRONG_KEY_SECONDS", 0)
    for key in ("", "dk_wrong", "\u202e", "x" * 5000):
        answer = await stranger.sign_in(key)
        assert answer.status_code == 401
        assert "This key is wrong, expired or revoked." in answer.text
        assert "set-cookie" not in answer.headers
        assert 'value="dk_wrong' not in answer.text


@FULL
async def test_after_signing_in_one_is_where_one_wanted_to_be(
    site: Any, stranger: Visit, place: str
) -> None:
    asked = await stranger.client.get(place)
    assert asked.status_code == 303
    page = await stranger.client.get(asked.headers["location"])
    assert place.replace("&", "&amp;") in page.text
    answer = await stranger.sign_in(site.keys[Role.VIEWER], place)
    assert answer.headers["location"] == place


@pytest.mark.parametrize(
    "place", ["//evil.example", "/\\evil.example", "https://evil.example", "x"]
)
async def test_never_sent_to_another_host(site: Any, stranger: Visit, place: str) -> None:
    answer = await stranger.sign_in(site.keys[Role.VIEWER], place)
    assert answer.headers["location"] == "/"


FOREIGN: tuple[dict[str, str], ...] = (
    {},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://douane"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
)


async def test_no_other_site_signs_anybody_in(site: Any, stranger: Visit) -> None:
    form = {"key": site.keys[Role.VIEWER]}
    for headers in FOREIGN:
        answer = await stranger.client.post("/sign-in", data=form, headers=headers)
        assert answer.status_code == 403, headers
        assert "set-cookie" not in answer.headers, headers


async def test_browsers_without_fetch_metadata_send_their_origin(
    site: Any, stranger: Visit
) -> None:
    form = {"key": site.keys[Role.VIEWER]}
    answer = await stranger.client.post("/sign-in", data=form, headers={"Origin": "http://douane"})
    assert answer.status_code == 303


async def test_who_has_signed_in_is_not_asked_again(visitor: Visit) -> None:
    answer = await visitor.client.get("/sign-in?next=/health")
    assert (answer.status_code, answer.headers["location"]) == (303, "/health")


async def test_a_new_session_takes_the_place_of_the_one_before(site: Any, visitor: Visit) -> None:
    former = visitor.client.cookies["douane"]
    await visitor.sign_in(site.keys[Role.ADMIN])
    assert visitor.client.cookies["douane"] != former
    async with site.client(None) as client:
        client.cookies.set("douane", former)
        assert (await client.get("/")).status_code == 303
    async with site.client() as admin:
        rows = (await admin.get("/v1/audit?action=session.ended")).json()["data"]
    ended = [(row["actor"], row["about"]) for row in rows]
    assert ended == [("admin", site.keys[Role.VIEWER][:11])]


class TestRate:
    @pytest.fixture
    def settings(self) -> ApiSettings:
        return ApiSettings(requests_a_minute=3)

    async def test_signing_in_counts_as_a_request_of_the_key(
        self, site: Any, stranger: Visit
    ) -> None:
        key = site.keys[Role.VIEWER]
        statuses = [(await stranger.sign_in(key)).status_code for _ in range(4)]
        assert statuses == [303, 303, 303, 429]
        assert (await stranger.sign_in(site.keys[Role.ADMIN])).status_code == 303


async def test_sign_out_ends_the_session_and_not_only_the_cookie(site: Any, visitor: Visit) -> None:
    token = visitor.client.cookies["douane"]
    answer = await visitor.send_form("/", "/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "douane" not in visitor.client.cookies
    async with site.client(None) as client:
        client.cookies.set("douane", token)
        assert (await client.get("/")).status_code == 303


async def test_sign_out_takes_a_form_of_this_session(signed_in: SignedIn) -> None:
    one, other = await signed_in(), await signed_in()
    assert (await one.client.post("/sign-out", headers=OURS)).status_code == 403
    page = await other.get("/")
    token = page.split('name="csrf" value="')[1][:64]
    assert (await one.post("/sign-out", csrf=token)).status_code == 403
    await one.get("/")
