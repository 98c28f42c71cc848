"""Keys: wrong, expired, revoked, and their last use."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api import access
from verdicts.ledger.keys import create_key, list_keys, revoke_key
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
