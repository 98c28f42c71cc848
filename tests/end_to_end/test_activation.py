"""Rule sets go live, and two broken ones do not, under mixed traffic that nobody disturbs.

Three belong to every run, ten to the long one.
"""

import asyncio
import itertools
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.rule_sets import add_worm, copy_rules, order, rule_name, specimen
from bench.servers.douane import Douane
from bench.traffic import KINDS, RATE, Answered, Traffic, ask_anew

pytestmark = pytest.mark.server

LONGEST = 240.0
LOG_SECONDS = 30


def verdict(douane: Douane, transfer: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {douane.admin_key}"}
    url = f"{douane.api_url}/v1/verdicts/{transfer}"
    return dict(httpx.get(url, headers=headers, trust_env=False).raise_for_status().json())


def verdicts(douane: Douane) -> Iterator[dict[str, object]]:
    headers = {"Authorization": f"Bearer {douane.admin_key}"}
    with httpx.Client(base_url=douane.api_url, headers=headers, trust_env=False) as api:
        cursor: dict[str, str] = {}
        while True:
            answer = api.get("/v1/verdicts", params={"limit": "1000", **cursor})
            page = answer.raise_for_status().json()
            yield from page["data"]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}


@dataclass(frozen=True, slots=True)
class Switch:
    """One activation: no answer that ended before `ordered` can be by `ruleset`, and so on."""

    ruleset: str
    ordered: float
    done: float


async def activate(douane: Douane, rules: Path, day: int) -> Switch:
    """Let the worm of a day go live, and be the first to send it then, to every front."""
    port = douane.icap_port
    known = specimen(day, "known")
    assert not (await ask_anew(port, known)).blocked
    add_worm(rules, day)
    ordered = time.monotonic()
    done = await asyncio.to_thread(order, douane, "activate", rules, "--note", f"day {day}")
    switched = time.monotonic()
    assert done.returncode == 0, done.stdout + done.stderr
    firsts = [ask_anew(port, known), *(ask_anew(port, specimen(day, str(n))) for n in range(8))]
    for first in await asyncio.gather(*firsts):
        assert first.blocked, f"day {day}"
    row = await asyncio.to_thread(verdict, douane, first.transfer)
    assert rule_name(day) in {found["name"] for found in row["detections"]}
    return Switch(row["ruleset"], ordered, switched)


async def refuse(douane: Douane, rules: Path, folder: Path, file: str, text: str) -> None:
    broken = shutil.copytree(rules, folder / "broken", dirs_exist_ok=True)
    (broken / file).write_text(text)
    done = await asyncio.to_thread(order, douane, "activate", broken)
    assert done.returncode == 1, done.stdout + done.stderr
    assert file in done.stdout + done.stderr
    shutil.rmtree(broken)


@pytest.mark.timeout(LONGEST + 60)
@pytest.mark.parametrize("activations", [3, pytest.param(10, marks=pytest.mark.long)])
async def test_nothing_is_lost(
    start_douane: Callable[..., Douane], short_folder: Path, tmp_path: Path, activations: int
) -> None:
    douane = start_douane()
    rules = copy_rules(short_folder)
    traffic = Traffic(douane.icap_port)
    running = asyncio.create_task(traffic.run())
    switches: list[Switch] = []
    async with asyncio.timeout(LONGEST):
        for day in range(1, activations + 1):
            switches.append(await activate(douane, rules, day))
            if day == 1:
                await refuse(douane, rules, tmp_path, "yara/broken.yar", "rule broken {")
            if day == activations - 1:
                await refuse(douane, rules, tmp_path, "clamav/broken.ndb", "no signature\n")
        traffic.stopping.set()
        await running
    assert traffic.faults == []
    answers = traffic.answers
    assert len(answers) > RATE * 5
    assert Counter((one.kind, one.blocked) for one in answers).keys() == {
        (kind, kind == "worm") for kind in KINDS
    }
    check_istags(answers, activations)
    check_verdicts(await all_verdicts(douane, answers), answers, switches)


async def all_verdicts(douane: Douane, answers: list[Answered]) -> list[dict[str, object]]:
    """Return the whole log once it has all that was answered: at most a second later."""
    asked = {one.transfer for one in answers if one.transfer}
    async with asyncio.timeout(LOG_SECONDS):
        while True:
            rows = await asyncio.to_thread(lambda: list(verdicts(douane)))
            if asked <= {row["id"] for row in rows}:
                return rows


def check_istags(answers: list[Answered], activations: int) -> None:
    """The tag changes once an activation, and never back."""
    seen = [one.istag for one in sorted(answers, key=lambda one: one.ended)]
    first_at = {tag: at for at, tag in reversed(list(enumerate(seen)))}
    assert len(first_at) == activations + 1
    began_by = sorted(answers, key=lambda one: one.began)
    for tag, after in itertools.pairwise(sorted(first_at, key=first_at.__getitem__)):
        since = min(one.ended for one in answers if one.istag == after)
        assert not [one for one in began_by if one.istag == tag and one.began > since]


def check_verdicts(
    rows: list[dict[str, object]], answers: list[Answered], switches: list[Switch]
) -> None:
    """Every request has a verdict, whole, by the rule set that was at work."""
    by_id = {str(row["id"]): row for row in rows}
    assert len(by_id) == len(rows) >= len(answers)
    assert [row for row in rows if row["unscanned"]] == []
    known = {str(row["ruleset"]) for row in rows}
    order_of = [switch.ruleset for switch in switches]
    first = known - set(order_of)
    assert len(first) == 1
    order_of.insert(0, first.pop())
    for one in (one for one in answers if one.transfer):
        at = order_of.index(str(by_id[one.transfer]["ruleset"]))
        latest = sum(switch.ordered < one.ended for switch in switches)
        earliest = sum(switch.done < one.began for switch in switches)
        assert earliest <= at <= latest
