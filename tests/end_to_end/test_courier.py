"""Deliveries of a running service: nothing is lost when the courier is killed, at any moment."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from bench.servers.daemon import wait_until
from bench.servers.douane import Douane
from bench.servers.processes import command_line, descendants
from bench.servers.receiver import Receiver
from verdicts.delivery.book import SAVE_LETTERS

pytestmark = pytest.mark.server
SECRET = "whsec_" + "QUJD" * 11
BLOCKS, KILLS = 15, 3


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def courier_of(douane: Douane) -> int:
    found = [pid for pid in descendants(douane.pid) if "processes.courier" in command_line(pid)]
    return found[0] if found else 0


def block(api: httpx.Client, number: int) -> str:
    """Have a script called a picture inspected; return the id of its transfer."""
    script = f"#!/bin/sh\necho {number}\n".encode()
    answer = api.post("/v1/scans", content=script, params={"name": "photo.jpg"})
    assert answer.json()["action"] == "block", answer.text
    return str(answer.json()["id"])


def verdicts_told(hook: Receiver) -> dict[str, set[str]]:
    """Return the ids of the messages by transfer; every one of them is verified."""
    told: dict[str, set[str]] = {}
    for request in list(hook.received):
        body = Webhook(SECRET).verify(request.body, request.headers)
        if body["type"] == "douane.verdict":
            told.setdefault(body["data"]["verdict"], set()).add(request.headers["webhook-id"])
    return told


def test_killed_again_and_again(
    short_folder: Path,
    hook: Receiver,
    start_douane: Callable[..., Douane],
    connect_api: Callable[[Douane], httpx.Client],
) -> None:
    secret, export = short_folder / "secret", short_folder / "out.jsonl"
    secret.write_text(SECRET)
    douane = start_douane(
        {
            "clamav": {"socket": "off"},
            "[webhook]": {
                "name": "soc",
                "allow_private": True,
                "url": f"{hook.url}/in",
                "secret_file": str(secret),
                "kinds": ["verdict"],
            },
            "[export]": {"name": "siem", "path": str(export), "kinds": ["verdict"]},
        }
    )
    api = connect_api(douane)

    def positions() -> set[int | None]:
        return {row["position"] for row in api.get("/v1/sinks").json()["data"]}

    wait_until(lambda: None not in positions(), 30, "the courier knows its sinks")
    blocked = []
    for number in range(BLOCKS):
        blocked.append(block(api, number))
        if number % (BLOCKS // KILLS) == 2:
            former = courier_of(douane)
            os.kill(former, signal.SIGKILL)
            wait_until(lambda: courier_of(douane) not in (0, former), 30, "another courier")  # noqa: B023
    wait_until(lambda: set(verdicts_told(hook)) == set(blocked), 60, "every block is told of")
    told = verdicts_told(hook)
    assert {len(messages) for messages in told.values()} == {1}  # twice maybe, but as one message
    assert len(hook.received) <= BLOCKS + KILLS * SAVE_LETTERS

    def exported() -> list[str]:
        lines = export.read_text().splitlines() if export.exists() else []
        return [json.loads(line)["event"]["id"] for line in lines]

    wait_until(lambda: set(exported()) == set(blocked), 30, "every block is in the file")
    wait_until(lambda: len(positions()) == 1, 30, "both have noted how far they are")
    sinks = {row["name"]: row for row in api.get("/v1/sinks").json()["data"]}
    assert {row["kind"] for row in sinks.values()} == {"webhook", "export"}
    assert all(row["error"] == "" and row["behind"] <= 1 for row in sinks.values())
    shown = json.dumps(sinks) + douane.log_end(10**6)
    assert SECRET not in shown
    assert f"{hook.url}/in" not in shown
