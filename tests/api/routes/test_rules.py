"""The catalogue over REST, and what each rule found."""

from typing import Any

import httpx
import pytest

from verdicts.ledger.access.place import change_at
from verdicts.ledger.questions import StoreFeedback
from verdicts.model import utc_now
from verdicts.record import microseconds

WORM = "0192f3a4-0000-7000-8000-000000000001"


@pytest.fixture
def complaint(site: Any) -> None:
    """Somebody says that one of the five hits of Worm_X is harmless."""
    now = microseconds(utc_now())
    change_at(site.place, StoreFeedback(WORM, "dk_ann00000", "ann", now, "false_positive", "ours"))


@pytest.mark.usefixtures("complaint")
async def test_catalogue(client: httpx.AsyncClient, active: str) -> None:
    body = (await client.get("/v1/rules")).json()
    assert body["ruleset"] == active
    named, worm = body["data"]
    assert (named["name"], named["basis"], named["rules"]) == ("Worm Y", "none", [])
    assert (worm["name"], worm["aliases"], worm["first_seen"]) == ("Worm X", ["IM-Worm.X"], "2003")
    assert worm["references"] == ["https://example.org/x"]
    yara, clamav = worm["rules"]
    assert yara.pop("last_hit") is not None
    assert yara == {
        "name": "Worm_X",
        "engine": "yara",
        "level": "malicious",
        "status": "testing",
        "score": 70,
        "basis": "traits",
        "hits": 5,
        "false_positives": 1,
        "false_positive_rate": 0.2,
        "flagged": True,
    }
    assert clamav == {
        "name": "Douane.Worm.X",
        "engine": "clamav",
        "level": "malicious",
        "status": "",
        "score": None,
        "basis": "file names",
        "hits": 0,
        "last_hit": None,
        "false_positives": 0,
        "false_positive_rate": None,
        "flagged": False,
    }


@pytest.mark.usefixtures("active", "complaint")
async def test_range(client: httpx.AsyncClient) -> None:
    query = {"since": "2020-01-01T00:00:00Z", "until": "2021-01-01T00:00:00Z"}
    body = (await client.get("/v1/rules", params=query)).json()
    assert (body["since"], body["until"]) == tuple(query.values())
    rule = body["data"][1]["rules"][0]
    assert (rule["hits"], rule["false_positives"], rule["flagged"]) == (0, 0, False)
    assert rule["last_hit"] is not None


@pytest.mark.usefixtures("complaint")
async def test_one_rule(client: httpx.AsyncClient, active: str) -> None:
    body = (await client.get("/v1/rules/Worm_X")).json()
    assert (body["name"], body["hits"], body["flagged"]) == ("Worm_X", 5, True)
    assert (body["ruleset"], body["file"], body["line"]) == (active, "yara/worm.yar", 1)
    assert body["papers"]["description"] == "Detects X"
    assert body["source"].startswith("rule Worm_X")
    assert body["covers"] == [{"name": "Worm X", "kind": "family", "basis": "traits"}]
    assert sum(day["hits"] for day in body["days"]) == 5
    assert len(body["recent"]) == 5
    assert [said["reason"] for said in body["feedback"]] == ["ours"]


@pytest.mark.usefixtures("active")
async def test_one_signature(client: httpx.AsyncClient) -> None:
    body = (await client.get("/v1/rules/Douane.Worm.X")).json()
    assert (body["engine"], body["papers"], body["line"]) == ("clamav", {}, 1)
    assert body["source"] == "Douane.Worm.X:0:*:616263"
    assert (body["days"], body["recent"], body["feedback"]) == ([], [], [])


@pytest.mark.usefixtures("active")
@pytest.mark.parametrize(
    "name", ["worm_x", "Douane.Worm.X.UNOFFICIAL", "..%2fpasswords.txt", "%00"]
)
async def test_no_such_rule(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/v1/rules/{name}")).status_code == 404
