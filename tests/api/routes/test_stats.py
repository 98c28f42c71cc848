"""Statistics over REST."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args

import httpx
import pytest

from api.stats_models import Dimension, Measure, TimeseriesModel, TopModel
from verdicts.ledger.stats.statistics import DIMENSIONS
from verdicts.ledger.stats.sums import Sum


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
        "incomplete": 5,
    }


async def test_range(client: httpx.AsyncClient) -> None:
    query = {"since": "2020-01-01T00:00:00Z", "until": "2021-01-01T00:00:00Z"}
    body = (await client.get("/v1/stats/summary", params=query)).json()
    assert (body["since"], body["until"], body["transfers"]) == (*query.values(), 0)


async def test_day_before_a_moment(client: httpx.AsyncClient) -> None:
    body = (await client.get("/v1/stats/summary?until=1970-01-01T00:00:00Z")).json()
    assert (body["since"], body["transfers"]) == ("1969-12-31T00:00:00Z", 0)


async def test_hours_of_a_day(client: httpx.AsyncClient) -> None:
    body = (await client.get("/v1/stats/timeseries?by=channel")).json()
    TimeseriesModel.model_validate(body, strict=False)
    assert (body["bucket"], body["by"]) == ("1h", "channel")
    times = [datetime.fromisoformat(one["time"]) for one in body["data"]]
    since, until = (datetime.fromisoformat(body[name]) for name in ("since", "until"))
    assert until - since == timedelta(hours=24)
    assert times[0] <= since < until <= times[-1] + timedelta(hours=1)
    assert {after - before for before, after in pairwise(times)} == {timedelta(hours=1)}
    counts = [one["counts"] for one in body["data"] if one["counts"]]
    assert counts == [{"telegram": 5, "unknown": 5}]


@pytest.mark.parametrize("bucket, count", [("1m", 3), ("1h", 1), ("1d", 1)])
async def test_widths(client: httpx.AsyncClient, bucket: str, count: int) -> None:
    query = {
        "since": "2026-01-31T22:01:30Z", "until": "2026-01-31T22:03:30Z", "bucket": bucket
    }  # fmt: skip
    body = (await client.get("/v1/stats/timeseries", params=query)).json()
    assert len(body["data"]) == count
    assert body["data"][0]["counts"] == {}


async def test_most_frequent(client: httpx.AsyncClient) -> None:
    body = (await client.get("/v1/stats/top?by=type")).json()
    TopModel.model_validate(body, strict=False)
    assert body["data"] == [
        {"key": "pe", "transfers": 5, "bytes": 5025, **WORMS},
        {"key": "", "transfers": 5, "bytes": 5020, **CLEAN},
    ]
    one = (await client.get("/v1/stats/top?by=name&limit=1")).json()
    assert one["data"] == [{"key": "Worm_X", "transfers": 5, "bytes": 5025, **WORMS}]
    query = {"by": "user", "since": "2020-01-01T00:00:00Z", "until": "2021-01-01T00:00:00Z"}
    assert (await client.get("/v1/stats/top", params=query)).json() == {
        **query,
        "of": "transfers",
        "data": [],
    } | {name: query[name].replace("Z", ".000000Z") for name in ("since", "until")}


async def test_ranked_by_what_is_asked(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/v1/stats/top?by=channel&of=blocked")).json()
    assert answer["of"] == "blocked"
    assert [row["key"] for row in answer["data"]] == ["telegram"]
    series = (await client.get("/v1/stats/timeseries?by=channel&of=blocked")).json()
    assert [one["counts"] for one in series["data"] if one["counts"]] == [{"telegram": 5}]


def test_what_can_be_asked_for_is_counted() -> None:
    assert get_args(Measure) == Sum._fields


@pytest.mark.parametrize("by", get_args(Dimension))
async def test_every_dimension(client: httpx.AsyncClient, by: str) -> None:
    for path in ("top", "timeseries"):
        answer = await client.get(f"/v1/stats/{path}", params={"by": by})
        assert answer.status_code == 200
        assert answer.json()["by"] == by


def test_dimensions_are_those_of_the_log() -> None:
    assert get_args(Dimension) == DIMENSIONS


WORMS = {"blocked": 5, "held": 0, "unscanned": 5}
CLEAN = {"blocked": 0, "held": 0, "unscanned": 0}
NOON = "2026-01-31T12:00:00Z"


@pytest.mark.parametrize(
    "path, query, field",
    [
        ("summary", f"since={NOON}&until={NOON}", "until"),
        ("summary", f"since={NOON}&until=2026-01-31T11:59:59Z", "until"),
        ("summary", "since=2999-01-01T00:00:00Z", "since"),
        ("summary", "until=9999-12-31T23:59:59Z", "until"),
        ("summary", "since=2026-01-31T12:00:00", "since"),
        ("summary", "since=0", "since"),
        ("summary", f"since={NOON}&since={NOON}", "since"),
        ("timeseries", f"bucket=1m&since=2026-01-30T10:59:59Z&until={NOON}", "bucket"),
        ("timeseries", "since=1970-01-01T00:00:00Z&until=8999-01-01T00:00:00Z&bucket=1d", "bucket"),
        ("timeseries", "bucket=2h", "bucket"),
        ("timeseries", "bucket=1h&bucket=1d", "bucket"),
        ("timeseries", "by=sha256", "by"),
        ("timeseries", "limit=3", "limit"),
        ("top", "", "by"),
        ("top", "by=", "by"),
        ("top", "by=user&by=user", "by"),
        ("top", "by=user&limit=0", "limit"),
        ("top", "by=user&limit=1001", "limit"),
        ("top", f"by=user&since={NOON}&until={NOON}", "until"),
        ("top", "by=user&bucket=1h", "bucket"),
    ],
)
async def test_what_is_wrong_is_named(
    client: httpx.AsyncClient, path: str, query: str, field: str
) -> None:
    answer = await client.get(f"/v1/stats/{path}?{query}")
    assert answer.status_code == 422
    assert [one["where"] for one in answer.json()["errors"]] == [f"query.{field}"]
