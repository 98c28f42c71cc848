"""Random clients, policies, limits and moments: nothing leaves before its ruling, nothing is left.

A conversation is cut into random reads, with time, room, scans and ends coming at random between.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.icap_server.exchanges import set_policy
from verdicts.model import Action
from verdicts.spool import SpoolSpace
from verdicts.trickle import MIN_HELD

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, Scene, ScriptedInspection

    Ask = Callable[..., Question]
    Make = Callable[..., Scene]

CONVERSATIONS = 150
MOMENTS = 2000
WORM = b"worm"  # what the scripted engine knows
FRAMING = 400  # chunk lines of what a trickle let pass
TRICKLE = """[[trickle]]
name = "slowly"
after_seconds = 1
every_seconds = 1
bytes = "40 KiB"
most = 0.5
"""
CLEAN = '[[clause]]\nname = "clean"\naction = "allow"\nlevel = "clean"\n'
GAPS = '[[clause]]\nname = "gaps"\naction = "allow"\nreasons = ["too_large", "streaming"]\n'
NAMED = '[[clause]]\nname = "known-bad"\naction = "block"\nfile_name = "data"\n'
POLICIES = ["", TRICKLE, TRICKLE + GAPS, GAPS, NAMED]


@dataclass
class Plan:
    """What one client sends: first a message or its preview, then what 100 Continue asks for."""

    body: bytes
    first: bytes
    rest: bytes
    http_head: bytes
    download: bool
    sent: int = 0
    ended: bool = field(default=False)

    @property
    def evil(self) -> bool:
        return WORM in self.body


def make_plan(chance: random.Random, question: "Ask") -> Plan:
    body = chance.randbytes(chance.choice([0, 5, 3000, 5000, 70_000, 150_000, 400_000]))
    body = body.replace(WORM, b"bird")
    if chance.random() < 0.6:
        at = chance.choice([0, len(body) // 2, len(body)])
        body = body[:at] + WORM + body[at:]
    allow = chance.choice([(), (), ("Allow: 204",), ("Allow: 206",), ("Allow: 204, 206",)])
    declared = chance.choice(["text/plain", "text/event-stream", "video/mp4"])
    stated = chance.choice([None, None, len(body), 0, 10**9])
    length = () if stated is None else (f"Content-Length: {stated}",)
    method = chance.choice(["RESPMOD", "RESPMOD", "REQMOD"])
    chunks = chance.choice([(), [1] * 500, [4096] * 100, [65_536] * 6])

    def ask(part: bytes, *fields: str) -> "Question":
        http = (f"Content-Type: {declared}", *length)
        return question(part, *allow, *fields, method=method, http=http, chunks=chunks)

    preview = chance.choice([None, None, 0, 100, 4096, 5000, 10**6])
    if preview is None:
        whole = ask(body)
        return Plan(body, whole.wire, b"", whole.http_head, method == "RESPMOD")
    asked = ask(body[:preview], f"Preview: {preview}")
    first, rest = asked.wire, b"%x\r\n%b\r\n" % (len(body) - preview, body[preview:])
    if len(body) <= preview:
        rest = b""
        if chance.random() < 0.7:
            first = first[: -len(b"\r\n\r\n")] + b"; ieof\r\n\r\n"
    return Plan(body, first, rest + b"0\r\n\r\n", asked.http_head, method == "RESPMOD")


def look(scene: "Scene", plan: Plan, inspection: "ScriptedInspection", *, trickles: bool) -> None:
    """Assert that all that has left so far was allowed to."""
    rulings = [record.ruling for record in inspection.records]
    allowed = [ruling for ruling in rulings if ruling.action is Action.ALLOW]
    if plan.evil:
        assert all(ruling.verdict.unscanned for ruling in allowed), "never clean"
    if allowed:
        return
    assert {204, 206}.isdisjoint(scene.statuses())
    head = scene.reply.find(plan.http_head)
    if head < 0:
        return
    left = len(scene.reply) - head - len(plan.http_head)
    size = len(plan.body)
    assert not left or (trickles and plan.download)
    assert left <= max(0, min(size // 2, size - MIN_HELD)) + FRAMING
    assert not scene.reply.endswith(b"\r\n0\r\n\r\n"), "it must not look whole"


async def converse(
    chance: random.Random,
    scene: "Scene",
    plan: Plan,
    gate: asyncio.Event | None,
    check: Callable[[], None],
) -> None:
    wire, began, later = plan.first, asyncio.get_running_loop().time(), 0.0
    for _ in range(MOMENTS):
        moment = chance.random()
        if plan.sent < len(wire) and moment < 0.75:
            size = chance.choice([1, 50, 1000, 30_000, 65_536, 200_000])
            scene.session.data_received(wire[plan.sent : plan.sent + size])
            plan.sent += size
        elif moment < 0.80:
            later += chance.choice([0.5, 1, 3, 12])
            scene.session.check(began + later)
        elif moment < 0.82:
            scene.front.space.disk_total = chance.choice([0, 10**5, 10**9])
        elif moment < 0.88:
            scene.transport.read_all()
        elif moment < 0.885 and gate is not None:
            gate.set()
        elif moment < 0.887 and not plan.ended:
            plan.ended = True
            scene.session.eof_received()
        elif moment < 0.888:
            scene.transport.abort()
        else:
            await scene.turn(chance.choice([1, 3]))
        check()
        if wire is plan.first and plan.rest and 100 in scene.statuses():
            wire += plan.rest
        if scene.transport.closing or (plan.sent >= len(wire) and moment > 0.99):
            return


@pytest.mark.parametrize("seed", range(CONVERSATIONS))
async def test_nothing_leaves_before_its_ruling_and_nothing_is_left(
    make_scene: "Make",
    question: "Ask",
    inspection: "ScriptedInspection",
    space: SpoolSpace,
    seed: int,
) -> None:
    chance = random.Random(seed)  # noqa: S311 - it has to be the same each time
    policy = chance.choice(POLICIES)
    set_policy(inspection, space, f'default = "block"\n{policy}{CLEAN}')
    space.memory_bytes = chance.choice([0, 1000, 10**6])
    space.memory_total = chance.choice([0, 10**5, 10**7])
    inspection.gate = chance.choice([None, asyncio.Event()])
    room, limit = chance.choice([1000, 10**5, 2**40]), chance.choice([10**5, 3 * 10**5, 10**8])
    scene, plan = make_scene(room=room, file_bytes=limit), make_plan(chance, question)

    def check() -> None:
        look(scene, plan, inspection, trickles=TRICKLE in policy)

    with capture_logs() as lines:
        await converse(chance, scene, plan, inspection.gate, check)
        if inspection.gate is not None:
            inspection.gate.set()
        for _ in range(20):
            scene.transport.read_all()
            await scene.turn()
            check()
        scene.transport.abort()
        scene.session.connection_lost(None)
        await scene.turn(20)
    assert [line["event"] for line in lines if line["log_level"] == "error"] == []
    assert len([status for status in scene.statuses() if status != 100]) <= 1
    assert (space.used, scene.front.connections, scene.front.waiting) == (0, 0, 0)
