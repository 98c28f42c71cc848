"""Verdicts over REST."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from verdicts.model import VerdictRecord
from verdicts.record import as_row

MakeRecord = Callable[[int], VerdictRecord]


async def listed(client: httpx.AsyncClient, query: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/verdicts?{query}")
    assert answer.status_code == 200
    data: list[dict[str, Any]] = answer.json()["data"]
    return data


async def test_newest_first_and_whole(client: httpx.AsyncClient, make_record: MakeRecord) -> None:
    assert await listed(client, "") == [as_row(make_record(n)) for n in range(9, -1, -1)]


async def test_pages(client: httpx.AsyncClient) -> None:
    seen: list[str] = []
    query: dict[str, str | int] = {"limit": 3}
    while True:
        body = (await client.get("/v1/verdicts", params=query)).json()
        seen += [row["id"] for row in body["data"]]
        if body["next"] is None:
            break
        query["cursor"] = body["next"]
    assert len(seen) == len(set(seen)) == 10


@pytest.mark.parametrize(
    "query, numbers",
    [
        ("action=block", [9, 7, 5, 3, 1]),
        ("level=clean", [8, 6, 4, 2, 0]),
        ("channel=telegram", [9, 7, 5, 3, 1]),
        ("direction=upload", []),
        ("code=signature.yara&name=Worm_X", [9, 7, 5, 3, 1]),
        ("name=worm_x", []),
        ("user=ann&limit=1", [9]),
        ("user=' OR 1=1 --", []),
        ("client_ip=192.0.2.7&action=allow", [8, 6, 4, 2, 0]),
        (f"sha256={4:064x}", [4]),
        ("since=2000-01-01T00:00:00Z&until=2000-01-02T00:00:00%2B01:00", []),
        ("since=2000-01-01t00:00:00z&limit=2", [9, 8]),
        ("reason=engine_down&limit=2", [9, 7]),
        ("true_type=pe&clause=clause&service=respmod&limit=1", [9]),
        ("enforced=false", []),
        ("url=https://im.example/*&enforced=true&limit=1", [9]),
        ("url=https://im.example/", []),
        ("file_name=%E2%80%AEgpj*&limit=1", [9]),
        ("sort=time&limit=2", [0, 1]),
        ("sort=-size&level=clean&limit=2", [8, 6]),
    ],
)
async def test_filters(
    client: httpx.AsyncClient, make_record: MakeRecord, query: str, numbers: list[int]
) -> None:
    ids = [row["id"] for row in await listed(client, query)]
    assert ids == [make_record(number).transfer.id for number in numbers]


async def test_chosen_fields(client: httpx.AsyncClient) -> None:
    assert await listed(client, "fields=action,size&limit=1") == [{"action": "block", "size": 1009}]


@pytest.mark.parametrize(
    "query, field",
    [
        ("fields=id,secret", "fields"),
        ("fields=", "fields"),
        ("fields=id,", "fields"),
        ("sort=name", "sort"),
        ("enforced=maybe", "enforced"),
        ("reason=because", "reason"),
        ("url=" + "a" * 4099, "url"),
        ("file_name=%00", "file_name"),
        ("limit=1001", "limit"),
        ("cursor=AAAA", "cursor"),
        ("cursor=" + "A" * 64, "cursor"),
        ("cursor=" + "A" * 65, "cursor"),
        ("since=5", "since"),
        ("page=2", "page"),
    ],
)
async def test_what_is_refused(client: httpx.AsyncClient, query: str, field: str) -> None:
    answer = await client.get(f"/v1/verdicts?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == f"query.{field}"


async def test_a_cursor_of_another_list(client: httpx.AsyncClient) -> None:
    cursor = (await client.get("/v1/verdicts?action=block&limit=1")).json()["next"]
    for query in ("", "action=allow", "action=block&sort=time", "action=block&user=ann"):
        answer = await client.get(f"/v1/verdicts?{query}&cursor={cursor}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["where"] == "query.cursor"


async def test_one(client: httpx.AsyncClient, make_record: MakeRecord) -> None:
    record = make_record(3)
    answer = await client.get(f"/v1/verdicts/{record.transfer.id}")
    assert answer.json() == as_row(record)
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("number", ["0192f3a4-0000-7000-8000-ffffffffffff", "x", "%00", "../x"])
async def test_none(client: httpx.AsyncClient, number: str) -> None:
    assert (await client.get(f"/v1/verdicts/{number}")).status_code == 404
