"""Rule sets as analysts use them: watched folders, shadows, roll-backs, restarts, dying fronts."""

import asyncio
import hashlib
import json
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.rule_sets import add_worm, copy_rules, order, rule_name, specimen
from bench.servers import processes
from bench.servers.daemon import wait_until
from bench.servers.douane import Douane
from bench.traffic import ask_anew
from samples.programs import pe

pytestmark = pytest.mark.server

DOCS = Path(__file__).parents[2] / "docs"
CLAMAV = "Douane.Worm.Day{day}:0:*:{pattern}\n"


@pytest.fixture
def api() -> Callable[[Douane], httpx.Client]:
    def connect(douane: Douane) -> httpx.Client:
        headers = {"Authorization": f"Bearer {douane.admin_key}"}
        return httpx.Client(base_url=douane.api_url, headers=headers, trust_env=False, timeout=60)

    return connect


def add_entry(rules: Path) -> None:
    """Name the signature of day one in the catalogue, beside its rule if there is one."""
    entry = rules / "catalogue" / "day1.toml"
    if not entry.exists():
        add_worm(rules, 1)
        for path in (rules / "yara" / "day1.yar", rules / "yara" / "tests" / "day1.toml"):
            path.unlink()
        entry.write_text(entry.read_text().partition("cover")[0] + "cover = []\n")
    cover = '{ rule = "Douane.Worm.Day1", basis = "published strings" }'
    text = entry.read_text().replace("cover = [{", f"cover = [{cover}, {{")
    entry.write_text(text.replace("cover = []", f"cover = [{cover}]"))


def names(client: httpx.Client, data: bytes) -> set[str]:
    row = client.post("/v1/scans", content=data).raise_for_status().json()
    assert row["unscanned"] == []
    return {found["name"] for found in row["detections"]}


def state(douane: Douane) -> dict[str, Any]:
    done = order(douane, "status", "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def events(client: httpx.Client, ruleset: str, kind: str) -> list[dict[str, Any]]:
    answer = client.get(f"/v1/rulesets/{ruleset}/{kind}").raise_for_status()
    return list(answer.json()["data"])


def test_what_is_saved_in_a_watched_folder_goes_live(
    start_douane: Callable[..., Douane], short_folder: Path, api: Callable[..., httpx.Client]
) -> None:
    rules = copy_rules(short_folder)
    douane = start_douane({"rules": {"directory": str(rules), "watch": True}})
    with api(douane) as client:
        data = specimen(1)
        assert names(client, data) == set()
        add_worm(rules, 1)
        wait_until(lambda: rule_name(1) in names(client, data), 60, "the rule")
        (rules / "yara" / "broken.yar").write_text("rule broken {")
        wait_until(lambda: "rules.folder_refused" in douane.log_end(), 60, "the refusal")
        assert rule_name(1) in names(client, data)
        (rules / "yara" / "broken.yar").unlink()
        (rules / "yara" / "day1.yar").unlink()
        (rules / "yara" / "tests" / "day1.toml").unlink()
        (rules / "catalogue" / "day1.toml").unlink()
        wait_until(lambda: names(client, data) == set(), 60, "the rule gone")


def test_a_life_and_a_restart(
    start_douane: Callable[..., Douane], short_folder: Path, api: Callable[..., httpx.Client]
) -> None:
    """Activated, rolled back, activated again; a start keeps what was active, not the folder."""
    rules = copy_rules(short_folder)
    douane = start_douane()
    add_worm(rules, 1)
    first = state(douane)["active"]
    for words, expected in (
        (("activate", rules), {rule_name(1)}),
        (("rollback",), set()),
        (("activate", "previous"), set()),
    ):
        done = order(douane, *words)
        if words == ("activate", "previous"):
            assert done.returncode != 0
            continue
        assert done.returncode == 0, done.stdout + done.stderr
        with api(douane) as client:
            assert names(client, specimen(1)) == expected
    second = next(one["id"] for one in state(douane)["sets"] if one["id"] != first)
    assert order(douane, "activate", second[:6]).returncode == 0
    douane.stop()
    douane.start()
    assert state(douane)["active"] == second
    with api(douane) as client:
        assert names(client, specimen(1)) == {rule_name(1)}
    lines = json.loads(order(douane, "history", "--json").stdout)["data"]
    assert [line["action"] for line in lines if line["action"] in ("activated", "rolled back")] == [
        *("activated", "rolled back", "activated", "activated")
    ]


def test_fronts_that_die_come_back_with_the_active_set(
    start_douane: Callable[..., Douane], short_folder: Path, api: Callable[..., httpx.Client]
) -> None:
    """One dies while the set is loaded, one afterwards."""
    rules = copy_rules(short_folder)
    douane = start_douane()

    def fronts() -> list[int]:
        found = processes.children(douane.pid)
        return [p for p in found if "douane.processes.front" in processes.command_line(p)]

    async def activate_and_kill() -> None:
        ordering = asyncio.create_task(asyncio.to_thread(order, douane, "activate", rules))
        os.kill(fronts()[0], signal.SIGKILL)
        done = await ordering
        assert done.returncode == 0, done.stdout + done.stderr

    add_worm(rules, 1)
    asyncio.run(activate_and_kill())
    os.kill(fronts()[-1], signal.SIGKILL)
    wait_until(lambda: len(fronts()) == 2, 40, "two fronts")
    ready = partial(httpx.get, f"{douane.api_url}/v1/health/ready", trust_env=False)
    wait_until(lambda: ready().is_success, 60, "ready")
    with api(douane) as client:
        for number in range(12):
            assert names(client, specimen(1, str(number))) == {rule_name(1)}


def test_a_staged_set_is_tried_and_decides_nothing(
    start_douane: Callable[..., Douane], short_folder: Path, api: Callable[..., httpx.Client]
) -> None:
    """By YARA and by ClamAV, of which the staged set has a signature of its own."""
    rules = copy_rules(short_folder)
    douane = start_douane({"rules": {"honest_files": [str(DOCS)]}})
    # for any content at all it costs a set as much as it may cost in all, and staging measures
    add_worm(rules, 1, "script")
    pattern = b"only clamd finds this text of day one".hex()
    (rules / "clamav" / "day1.ndb").write_text(CLAMAV.format(day=1, pattern=pattern))
    add_entry(rules)
    done = order(douane, "stage", rules)
    assert done.returncode == 0, done.stdout + done.stderr
    staged = state(douane)["staged"]
    with api(douane) as client:
        for data in (specimen(1), bytes.fromhex(pattern), b"nothing of interest"):
            assert names(client, data) == set()
        wait_until(lambda: len(events(client, staged, "shadow")) == 2, 30, "two differences")
        found = {
            name for event in events(client, staged, "shadow") for name in event["data"]["names"]
        }
        assert found == {rule_name(1), "Douane.Worm.Day1.UNOFFICIAL"}

        def counted() -> tuple[int, int]:
            summary = client.get(f"/v1/rulesets/{staged}/shadow").raise_for_status().json()
            return summary["would_block"], summary["compared"]

        # fronts tell the ledger their counts once a second
        wait_until(lambda: counted() == (2, 3), 30, "two of three told")
        done = order(douane, "activate", "staged")
        assert done.returncode == 0, done.stdout + done.stderr
        assert names(client, bytes.fromhex(pattern)) == {"Douane.Worm.Day1.UNOFFICIAL"}
        assert names(client, specimen(1, "more")) == {rule_name(1)}


def test_what_passed_before_is_found_again(
    start_douane: Callable[..., Douane], short_folder: Path, api: Callable[..., httpx.Client]
) -> None:
    """By its hash in the list of the new set, and by scanning a kept sample again."""
    rules = copy_rules(short_folder)
    douane = start_douane({"lookback": {"keep_bytes": 10_000_000}})
    by_hash, by_rule = b"a text of yesterday", pe([specimen(1)])
    with api(douane) as client:
        passed = {
            data: client.post("/v1/scans", content=data).json()["id"] for data in (by_hash, by_rule)
        }
        add_worm(rules, 1)
        digest = hashlib.sha256(by_hash).hexdigest()
        with (rules / "blocked.txt").open("a") as blocked:
            blocked.write(f"{digest}  never  ann  seen in an outbreak\n")
        done = order(douane, "activate", rules)
        assert done.returncode == 0, done.stdout + done.stderr
        active = state(douane)["active"]
        wait_until(lambda: len(events(client, active, "retroactive")) == 2, 60, "two findings")
        found = {
            event["verdict"]: event["data"]["names"]
            for event in events(client, active, "retroactive")
        }
        assert set(found) == set(passed.values())
        assert found[passed[by_rule]] == [rule_name(1)]
        assert client.post("/v1/scans", content=by_hash).json()["action"] == "block"


async def test_what_moves_from_clamav_to_yara_is_found_at_every_moment(
    start_douane: Callable[..., Douane], short_folder: Path
) -> None:
    """Two sets find the same worm, each in its own way; between them it must not slip through."""
    douane = start_douane()
    by_yara, by_clamav = copy_rules(short_folder / "yara"), copy_rules(short_folder / "clamav")
    add_worm(by_yara, 1)
    pattern = specimen(1).strip().hex()
    (by_clamav / "clamav" / "day1.ndb").write_text(CLAMAV.format(day=1, pattern=pattern))
    add_entry(by_clamav)
    assert order(douane, "activate", by_clamav).returncode == 0
    stopping, passed = asyncio.Event(), list[str]()

    async def send() -> int:
        number = 0
        while not stopping.is_set():
            number += 1
            if not (await ask_anew(douane.icap_port, specimen(1, str(number)))).blocked:
                passed.append(f"the worm number {number}")
        return number

    sending = [asyncio.create_task(send()) for _ in range(4)]
    for rules in (by_yara, by_clamav, by_yara):
        done = await asyncio.to_thread(order, douane, "activate", rules)
        assert done.returncode == 0, done.stdout + done.stderr
    stopping.set()
    assert sum(await asyncio.gather(*sending)) > 100
    assert passed == []
