"""Sinks over REST: no address, no secret; disabled ones can be enabled, and that is audited."""

import asyncio
from typing import Any

import httpx
import pytest

from api.services import get_services
from verdicts.ledger.event_log.sink_changes import DisableSink, Later, MoveSink, OpenSink
from verdicts.ledger.questions import ask_change

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.fixture
async def stored(site: Any, ledger: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Request:
        app = site.app

    services = get_services(Request())  # type: ignore[arg-type]
    object.__setattr__(services, "sinks", (("hook", "webhook"), ("siem", "syslog")))
    later = (Later(1, 2**60, 3, "it answered 404"),)
    for change in (
        OpenSink("hook"),
        OpenSink("former"),
        MoveSink("hook", 3, "it answered 503", later=later, now=1),
    ):
        await asyncio.to_thread(ask_change, site.place.socket, change)


@pytest.mark.usefixtures("stored")
async def test_list(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/sinks")).json() == {
        "data": [
            {
                "name": "hook",
                "kind": "webhook",
                "position": 3,
                "behind": 2,
                "waiting": 1,
                "error": "it answered 503",
                "disabled": None,
            },
            {
                "name": "siem",
                "kind": "syslog",
                "position": None,
                "behind": 0,
                "waiting": 0,
                "error": "",
                "disabled": None,
            },
        ]
    }


@pytest.mark.usefixtures("stored")
async def test_enabled_again(site: Any, client: httpx.AsyncClient) -> None:
    change = DisableSink("hook", 10**15, "it answered 410")
    await asyncio.to_thread(ask_change, site.place.socket, change)
    shown = (await client.get("/v1/sinks")).json()["data"][0]
    assert (shown["disabled"], shown["error"]) == ("2001-09-09T01:46:40Z", "it answered 410")
    for _ in range(2):  # the second changes nothing
        answer = await client.post("/v1/sinks/hook/enable")
        assert answer.status_code == 200
        assert (answer.json()["disabled"], answer.json()["position"]) == (None, 3)
    rows = (await client.get("/v1/audit")).json()["data"]
    assert [row["action"] for row in rows].count("sink.enabled") == 1


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("name, status", [("former", 404), ("none", 404), ("A%20b", 422)])
async def test_no_such_sink(client: httpx.AsyncClient, name: str, status: int) -> None:
    assert (await client.post(f"/v1/sinks/{name}/enable")).status_code == status
