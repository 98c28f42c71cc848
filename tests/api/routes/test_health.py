"""Ready only if every part is; each part says why not."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from api.routes import health
from verdicts.ledger.client import LedgerClient
from verdicts.ledger.questions import LedgerAway
from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.status import FrontStatus

Part = tuple[str, bool, str]


async def ready(client: httpx.AsyncClient) -> tuple[int, list[Part]]:
    answer = await client.get("/v1/health/ready")
    body = answer.json()
    assert body["ready"] == (answer.status_code == 200)
    return answer.status_code, [
        (part["part"], part["ok"], part["explanation"]) for part in body["parts"]
    ]


async def test_live_without_a_key(site: Any) -> None:
    async with site.client(None) as stranger:
        assert (await stranger.get("/v1/health/live")).json() == {"live": True}


async def test_no_ledger(client: httpx.AsyncClient) -> None:
    assert await ready(client) == (503, [("ledger", False, "The ledger does not answer.")])


@pytest.mark.usefixtures("ledger")
async def test_front_that_never_reported(client: httpx.AsyncClient) -> None:
    status, parts = await ready(client)
    assert status == 503
    assert parts[-1] == ("front 0", False, "It never reported.")


@pytest.mark.usefixtures("ledger")
async def test_ready_with_a_real_ledger(
    site: Any, client: httpx.AsyncClient, status: FrontStatus
) -> None:
    front = LedgerClient(site.place.socket, "n0")
    front.start()
    front.send_status(status)
    answered = 503
    async with asyncio.timeout(10):
        while answered != 200:
            answered, parts = await ready(client)
    assert all(explanation == "" for _, _, explanation in parts)
    await front.stop()


@pytest.mark.parametrize(
    "change, part, ok, explanation",
    [
        ({"clamav": "off"}, "front 0: clamav", True, "off"),
        ({"clamav": "down", "clamav_fault": "refused"}, "front 0: clamav", False, "refused"),
        ({"clamav": "down"}, "front 0: clamav", False, "down"),
        ({"clamav_fault": "INSTREAM only"}, "front 0: clamav", True, "INSTREAM only"),
        ({"workers": 1}, "front 0: workers", False, "1 of 2."),
        ({"workers": 3}, "front 0: workers", True, ""),
        (
            {"sandbox_missing": ("landlock", "seccomp")},
            "front 0: sandbox",
            True,
            "This kernel lacks landlock, seccomp.",
        ),
        ({"front": 1}, "front 0", False, "It never reported."),
    ],
)
async def test_parts_of_a_front(  # noqa: PLR0917
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    status: FrontStatus,
    change: dict[str, Any],
    part: str,
    ok: bool,
    explanation: str,
) -> None:
    state = LedgerState(True, 0, 0, (SeenFront(replace(status, **change), 0.1),))
    monkeypatch.setattr(health, "ask_state", lambda _: state)
    answered, parts = await ready(client)
    assert (part, ok, explanation) in parts
    assert answered == (200 if ok else 503)


@pytest.mark.parametrize("age, expected", [(4.9, 200), (5.1, 503)])
async def test_silent_front(
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    status: FrontStatus,
    age: float,
    expected: int,
) -> None:
    state = LedgerState(True, 0, 0, (SeenFront(status, age),))
    monkeypatch.setattr(health, "ask_state", lambda _: state)
    assert (await ready(client))[0] == expected


async def test_database_that_cannot_be_written(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, status: FrontStatus
) -> None:
    state = LedgerState(False, 3, 9, (SeenFront(status, 0),))
    monkeypatch.setattr(health, "ask_state", lambda _: state)
    answered, parts = await ready(client)
    assert answered == 503
    assert ("database", False, "It cannot be written; see the ledger's log.") in parts


async def test_ledger_that_hangs(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(_: object) -> None:
        raise LedgerAway

    monkeypatch.setattr(health, "ask_state", hang)
    assert (await ready(client))[0] == 503
