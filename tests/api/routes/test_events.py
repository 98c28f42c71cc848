"""The stream over HTTP: its form, where it begins, and how many may follow."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import Request

from api.services import get_services
from verdicts.ledger.events import NewEvent, ask_add_events


@pytest.fixture
async def stored(site: Any, ledger: None) -> None:
    new = [
        NewEvent(1, "ruleset", "r1", "", {"action": "activated"}),
        NewEvent(2, "shadow", "r2", "", {"level": "malicious"}),
    ]
    await asyncio.to_thread(ask_add_events, site.place.socket, new)


async def followed(site: Any, client: httpx.AsyncClient, query: str, last: str) -> str:
    """Return all that a client hears in a moment.  httpx gives an answer when it is whole."""
    following = asyncio.create_task(
        client.get(f"/v1/events{query}", headers={"Last-Event-ID": last})
    )
    await asyncio.sleep(0.3)
    site.closing.set()
    answer = await following
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    "query, last, heard",
    [
        ("", "0", ["1", "2"]),
        ("", "1", ["2"]),
        ("?kind=shadow", "0", ["2"]),
        ("?kind=shadow&kind=ruleset", "0", ["1", "2"]),
        ("?kind=feedback", "0", []),
    ],
)
async def test_what_is_heard(
    site: Any, client: httpx.AsyncClient, query: str, last: str, heard: list[str]
) -> None:
    text = await followed(site, client, query, last)
    assert [line[4:] for line in text.splitlines() if line.startswith("id: ")] == heard


@pytest.mark.parametrize("last", ["-1", "x", "", "1.5", "9" * 19])
async def test_number_that_is_none(client: httpx.AsyncClient, last: str) -> None:
    answer = await client.get("/v1/events", headers={"Last-Event-ID": last})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "header.last-event-id"


async def test_places_are_counted(site: Any, client: httpx.AsyncClient) -> None:
    services = get_services(Request({"type": "http", "app": site.app}))
    while not services.streams.locked():
        await services.streams.acquire()
    answer = await client.get("/v1/events")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
