"""Feedback over REST: kept with the verdict, one voice a key, by analysts."""

import json
from typing import Any

import httpx
import pytest

from api.unread import LINGER_BYTES
from verdicts.ledger.event_log.events import events_after
from verdicts.ledger.questions import Role
from verdicts.ledger.reading.queries import Reader

WORM = "0192f3a4-0000-7000-8000-000000000001"
SAID = {"kind": "false_positive", "reason": "Our own updater; see ticket 17."}


@pytest.mark.usefixtures("ledger")
async def test_given_and_shown(site: Any, client: httpx.AsyncClient) -> None:
    path = f"/v1/verdicts/{WORM}/feedback"
    assert (await client.get(path)).json() == {"data": []}
    async with site.client(Role.ANALYST) as analyst:
        answer = await analyst.post(path, json=SAID)
    assert answer.status_code == 201
    given = answer.json()
    assert given == {"verdict": WORM, "author": "analyst", "time": given["time"], **SAID}
    await client.post(path, json={**SAID, "reason": "No.\nIt is one."})
    second = (await client.post(path, json={"kind": "missed", "reason": "It is one."})).json()
    assert second["author"] == "admin"
    assert (await client.get(path)).json() == {"data": [second, given]}
    reader = Reader(site.place.url)
    with reader.connect() as connection:
        events = events_after(connection, 0, ("feedback",), 10)
    reader.close()
    assert [json.loads(event.data)["author"] for event in events] == ["analyst", "admin", "admin"]
    assert {event.verdict for event in events} == {WORM}


@pytest.mark.usefixtures("ledger")
async def test_keys_of_one_name_are_two_voices(site: Any, client: httpx.AsyncClient) -> None:
    """And the audit keeps what somebody said before."""
    path, new = f"/v1/verdicts/{WORM}/feedback", {"kind": "missed", "reason": "It is a worm."}
    wanted = {"name": "ann", "role": "analyst"}
    for said in (SAID, new):
        key = (await client.post("/v1/keys", json=wanted)).json()["key"]
        own = {"Authorization": f"Bearer {key}"}
        assert (await client.post(path, json=said, headers=own)).status_code == 201
    assert (await client.post(path, json=SAID, headers=own)).status_code == 201
    shown = (await client.get(path)).json()["data"]
    assert [(one["author"], one["reason"]) for one in shown] == [("ann", SAID["reason"])] * 2
    rows = (await client.get("/v1/audit?action=feedback.given")).json()["data"]
    assert [row["before"] for row in rows] == [new, None, None]


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("verdict", ["0192f3a4-0000-7000-8000-0000000000ff", "x", "..%2f"])
async def test_unknown_verdict(client: httpx.AsyncClient, verdict: str) -> None:
    assert (await client.post(f"/v1/verdicts/{verdict}/feedback", json=SAID)).status_code == 404
    assert (await client.get(f"/v1/verdicts/{verdict}/feedback")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "praise", "reason": "x"},
        {"kind": "missed"},
        {"kind": "missed", "reason": ""},
        {"kind": "missed", "reason": " \n"},
        {"kind": "missed", "reason": "a\0b"},
        {"kind": "missed", "reason": "x" * 2001},
        {"kind": "missed", "reason": "x", "author": "root"},
        ["kind", "missed"],
    ],
)
async def test_what_is_no_feedback(client: httpx.AsyncClient, body: object) -> None:
    answer = await client.post(f"/v1/verdicts/{WORM}/feedback", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"].startswith("body")


async def test_ledger_that_is_away(client: httpx.AsyncClient) -> None:
    assert (await client.post(f"/v1/verdicts/{WORM}/feedback", json=SAID)).status_code == 503


async def test_body_is_not_read_before_the_key(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the answer a little is, so that the answer arrives."""
    monkeypatch.setattr("api.unread.LINGER_SECONDS", 0.05)
    read = 0

    async def body() -> Any:
        nonlocal read
        while True:
            read += 1
            yield b"{" * 1024

    async with site.client(Role.VIEWER) as viewer:
        answer = await viewer.post(f"/v1/verdicts/{WORM}/feedback", content=body())
    assert (answer.status_code, answer.headers["connection"]) == (403, "close")
    assert 1 <= read <= LINGER_BYTES / 1024
