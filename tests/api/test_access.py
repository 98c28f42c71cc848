"""Keys: wrong, expired, revoked, and their last use."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api import access
from api.denials import REFUSED_SIGN_INS
from api.settings import ApiSettings
from verdicts.ledger.access.keys import create_key, list_keys, revoke_key
from verdicts.ledger.questions import Role

NOW = datetime.now(UTC)


async def status(site: Any, authorization: str) -> int:
    async with site.client(None) as client:
        answer: httpx.Response = await client.get(
            "/v1/verdicts", headers={"Authorization": authorization.encode("latin-1")}
        )
    return answer.status_code


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic dXNlcjpwYXNz",
        "Bearer \xff\xff",
        "Bearer " + "x" * 9000,
    ],
)
async def test_what_is_no_key(site: Any, authorization: str) -> None:
    assert await status(site, authorization) == 401


async def test_part_of_a_key_is_no_key(site: Any) -> None:
    key = site.keys[Role.ADMIN]
    assert await status(site, f"Bearer {key}") == 200
    for wrong in (key[:11], key[:-1], key + "x", key.swapcase()):
        assert await status(site, f"Bearer {wrong}") == 401


async def test_expired_key(site: Any) -> None:
    key = create_key(site.place, "old", Role.ADMIN, NOW - timedelta(days=2), timedelta(days=1))
    assert await status(site, f"Bearer {key}") == 401


async def test_revoked_key_stops_at_once(site: Any) -> None:
    key = site.keys[Role.VIEWER]
    assert await status(site, f"Bearer {key}") == 200
    revoke_key(site.place, key[:11], NOW)
    assert await status(site, f"Bearer {key}") == 401


async def test_wrong_keys_are_answered_late(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "WRONG_KEY_SECONDS", 0.2)
    before = time.monotonic()
    await status(site, "Bearer dk_wrong")
    assert time.monotonic() - before >= 0.2


@pytest.mark.usefixtures("ledger")
async def test_use_is_noted_now_and_then(site: Any, client: httpx.AsyncClient) -> None:
    def used() -> int | None:
        keys = list_keys(site.place)
        return next(key.last_used for key in keys if key.role is Role.ADMIN)

    assert used() is None
    await client.get("/v1/verdicts")
    first = await asyncio.to_thread(used)
    assert first is not None
    await client.get("/v1/verdicts")
    assert await asyncio.to_thread(used) == first


def test_the_delay_grows() -> None:
    delays = [access.delay_after(wrong) for wrong in (1, 10, 30, 60)]
    assert delays == sorted(delays)
    assert (0.2 < delays[0] < 0.3, delays[-1]) == (True, access.LONGEST_DELAY_SECONDS)


async def test_each_wrong_key_waits_longer(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    def count(wrong: int) -> float:
        counted.append(wrong)
        return 0.0

    monkeypatch.setattr(access, "delay_after", count)
    for number in range(3):
        assert await status(site, f"Bearer dk_wrong{number}") == 401
    assert await status(site, f"Bearer {site.keys[Role.VIEWER]}") == 200
    assert await status(site, "Bearer dk_wrong") == 401
    assert counted == [1, 2, 3, 4]


async def test_after_too_many_wrong_keys_right_ones_still_count(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "delay_after", lambda _: 0.0)
    assert await status(site, f"Bearer {site.keys[Role.VIEWER]}") == 200
    answers = [await status(site, f"Bearer dk_wrong{number}") for number in range(65)]
    assert answers[0] == 401
    assert answers[-1] == 429
    assert await status(site, f"Bearer {site.keys[Role.VIEWER]}") == 200


@pytest.mark.usefixtures("ledger")
async def test_refused_sign_ins_are_in_the_audit(
    site: Any, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "delay_after", lambda _: 0.0)
    for _ in range(3):
        form, own = {"key": "dk_wrong"}, {"Sec-Fetch-Site": "same-origin"}
        assert (await client.post("/sign-in", data=form, headers=own)).status_code == 401
    rows = (await client.get("/v1/audit?action=session.refused")).json()["data"]
    assert [(row["actor"], row["credential"]) for row in rows] == [("", "")]
    assert "dk_wrong" not in str(rows)


class TestBehindProxy:
    @pytest.fixture
    def settings(self) -> ApiSettings:
        return ApiSettings(trusted_proxies=("127.0.0.1",))

    @pytest.mark.usefixtures("ledger")
    async def test_nobody_fills_the_audit_from_many_addresses(
        self, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(access, "delay_after", lambda _: 0.0)
        for number in range(REFUSED_SIGN_INS + 10):
            headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": f"192.0.2.{number}"}
            answer = await client.post("/sign-in", data={"key": "dk_wrong"}, headers=headers)
            assert answer.status_code == 401
        rows = (await client.get("/v1/audit?action=session.refused")).json()["data"]
        assert len(rows) == REFUSED_SIGN_INS
