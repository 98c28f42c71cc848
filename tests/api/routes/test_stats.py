"""The summary over REST."""

from datetime import UTC, datetime, timedelta

import httpx


async def test_last_day(client: httpx.AsyncClient) -> None:
    body = (await client.get("/v1/stats/summary")).json()
    since, until = (datetime.fromisoformat(body.pop(name)) for name in ("since", "until"))
    assert until - since == timedelta(hours=24)
    assert abs(datetime.now(UTC) - until) < timedelta(minutes=1)
    assert body == {
        "transfers": 10,
        "bytes": 10_045,
        "by_action": {"allow": 5, "block": 5},
        "by_level": {"clean": 5, "malicious": 5},
        "by_channel": {"telegram": 5, "unknown": 5},
        "bytes_by_channel": {"telegram": 5025, "unknown": 5020},
        "by_direction": {"download": 10},
        "top_detections": [{"name": "Worm_X", "code": "signature.yara", "count": 5}],
        "unscanned": {"engine_down": 5},
    }


async def test_range(client: httpx.AsyncClient) -> None:
    query = {"since": "2020-01-01T00:00:00Z", "until": "2021-01-01T00:00:00Z"}
    body = (await client.get("/v1/stats/summary", params=query)).json()
    assert (body["since"], body["until"], body["transfers"]) == (*query.values(), 0)


async def test_day_before_a_moment(client: httpx.AsyncClient) -> None:
    body = (await client.get("/v1/stats/summary?until=1970-01-01T00:00:00Z")).json()
    assert (body["since"], body["transfers"]) == ("1969-12-31T00:00:00Z", 0)
