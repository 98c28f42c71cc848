"""A trickle on the wire: a reply that begins before its ruling, and ends whole or not at all."""

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.icap_server.exchanges import set_policy
from verdicts.model import Action, Transfer, VerdictRecord
from verdicts.spool import Spool, SpoolSpace

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, Scene, ScriptedInspection

    Ask = Callable[..., Question]
    Make = Callable[..., Scene]

MIB = 1024 * 1024
BODY = bytes(range(256)) * 4096
POLICY = """default = "block"
[[trickle]]
name = "slowly"
bytes = "3 KiB"
[[clause]]
name = "clean"
action = "allow"
level = "clean"
"""


@pytest.fixture(autouse=True)
def _trickle(inspection: "ScriptedInspection", space: SpoolSpace) -> None:
    set_policy(inspection, space, POLICY)


def received(reply: bytes) -> bytes:
    """Return the body in chunks so far, whole or not."""
    body, rest = b"", reply.partition(b"\r\n\r\n")[2].partition(b"\r\n\r\n")[2]
    while match := re.match(rb"([1-9a-f][0-9a-f]*)\r\n", rest):
        size = int(match[1], 16)
        body += rest[match.end() : match.end() + size]
        rest = rest[match.end() + size + 2 :]
    return body


def drip(scene: "Scene", *seconds: float) -> None:
    scene.after(0)
    for moment in seconds:
        scene.after(moment)


async def test_it_flows_while_the_body_comes_and_while_it_is_scanned(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    inspection.gate = asyncio.Event()
    scene = make_scene()
    asked = question(BODY, http=("Content-Type: text/plain",))
    scene.session.data_received(asked.wire[: MIB // 2])
    drip(scene, 9)
    assert scene.reply == b""
    drip(scene, 11)
    assert scene.reply.startswith(b"ICAP/1.0 200 OK\r\n")
    assert asked.http_head in scene.reply
    assert received(scene.reply) == BODY[: 3 * 1024]
    scene.session.data_received(asked.wire[MIB // 2 :])
    await scene.turn()
    drip(scene, 16, 21)
    assert received(scene.reply) == BODY[: 9 * 1024]
    inspection.gate.set()
    await scene.turn()
    assert received(scene.reply) == BODY
    assert scene.reply.endswith(b"\r\n0\r\n\r\n")
    assert scene.statuses() == [200]
    assert scene.front.requests == {"respmod 200": 1}
    (record,) = inspection.records
    assert record.ruling.action is Action.ALLOW
    assert inspection.seen == [BODY]


async def test_the_connection_lives_on(make_scene: "Make", question: "Ask") -> None:
    scene = make_scene()
    wire = question(BODY).wire
    scene.session.data_received(wire[:-5])
    drip(scene, 11)
    scene.session.data_received(wire[-5:] + question(b"next", "Allow: 204").wire)
    await scene.turn(20)
    assert scene.statuses() == [200, 204]


async def test_a_blocked_one_is_cut_after_its_record(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    scene = make_scene()
    wire = question(b"a worm" + BODY).wire
    scene.session.data_received(wire[:-5])
    drip(scene, 11)
    before = scene.reply
    cut_when_recorded: list[bool] = []

    async def record(record: VerdictRecord, *, durable: bool) -> None:
        cut_when_recorded.append(scene.transport.aborted)
        assert durable
        inspection.records.append(record)

    inspection.record = record  # type: ignore[method-assign]
    scene.session.data_received(wire[-5:])
    await scene.turn()
    assert scene.transport.aborted
    assert scene.reply == before, "no page, no more bytes, no last chunk"
    (found,) = inspection.records
    assert (found.ruling.action, found.ruling.wanted) == (Action.CUT, Action.BLOCK)
    assert cut_when_recorded == [False]


async def test_nothing_leaves_between_the_ruling_and_its_record(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    """A block whose record is being written stays a block."""
    scene, written = make_scene(), asyncio.Event()

    async def record(record: VerdictRecord, *, durable: bool) -> None:
        inspection.records.append(record)
        await written.wait()

    inspection.record = record  # type: ignore[method-assign]
    scene.session.data_received(question(b"a worm" + BODY).wire)
    await scene.turn()
    drip(scene, 11, 100)
    assert scene.reply == b""
    written.set()
    await scene.turn()
    assert b"403 Forbidden" in scene.reply
    assert [found.ruling.action for found in inspection.records] == [Action.BLOCK]


async def test_too_large_in_the_middle_is_cut(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    scene = make_scene(file_bytes=MIB)
    wire = question(BODY * 2, chunks=(MIB // 2,)).wire
    scene.session.data_received(wire[:MIB])
    drip(scene, 11)
    scene.session.data_received(wire[MIB:])
    await scene.turn()
    assert scene.transport.aborted
    (record,) = inspection.records
    assert record.ruling.action is Action.CUT
    scene.session.connection_lost(None)
    assert not space.used


@pytest.mark.parametrize(
    "fault", ["late", "malformed", "crash"], ids=["nothing comes", "no chunk", "a bug"]
)
async def test_no_error_looks_like_an_end(
    make_scene: "Make",
    question: "Ask",
    inspection: "ScriptedInspection",
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    scene = make_scene()
    wire = question(BODY).wire
    scene.session.data_received(wire[:-9])
    drip(scene, 11)
    before = scene.reply
    if fault == "late":
        scene.after(100)
    elif fault == "malformed":
        scene.session.data_received(b"x" * 9)
    else:

        async def inspect(*_: object) -> VerdictRecord:
            raise RuntimeError("as scripted")

        monkeypatch.setattr(inspection, "inspect", inspect)
        scene.session.data_received(wire[-9:])
        await scene.turn()
    assert scene.transport.aborted
    assert received(scene.reply)[: 3 * 1024] == BODY[: 3 * 1024]
    assert not scene.reply.endswith(b"0\r\n\r\n")
    assert scene.reply.startswith(before)
    assert scene.statuses() == [200]


@pytest.mark.parametrize("how", ["lost", "late"])
async def test_a_torn_body_is_recorded(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection", how: str
) -> None:
    """Bytes have left, so there is a record, though nobody will ever know the file."""
    scene = make_scene()
    scene.session.data_received(question(BODY).wire[:-9])
    drip(scene, 11)
    if how == "late":
        scene.after(100)
    scene.session.connection_lost(None)
    await scene.turn()
    (record,) = inspection.records
    assert record.ruling.action is Action.CUT
    assert [gap.reason.value for gap in record.ruling.verdict.unscanned] == ["partial"]


@pytest.mark.parametrize(
    "fields, method",
    [(("Allow: 204",), "RESPMOD"), (("Allow: 206",), "RESPMOD"), ((), "REQMOD")],
    ids=str,
)
async def test_where_nothing_has_to_come_back_nothing_trickles(
    make_scene: "Make", question: "Ask", fields: tuple[str, ...], method: str
) -> None:
    scene = make_scene()
    scene.session.data_received(question(BODY, *fields, method=method).wire[:-5])
    drip(scene, 11, 30, 50)
    assert scene.reply == b""


async def test_it_begins_after_the_preview(make_scene: "Make", question: "Ask") -> None:
    scene = make_scene()
    scene.session.data_received(question(BODY[:9], "Preview: 9").wire)
    drip(scene, 20)
    assert scene.statuses() == [100]
    rest = b"100000\r\n" + BODY + b"\r\n"
    scene.session.data_received(rest)
    drip(scene, 31)
    assert scene.statuses() == [100, 200]


async def test_a_client_that_does_not_read_gets_no_more(
    make_scene: "Make", question: "Ask"
) -> None:
    """And the body has its own deadlines all the same."""
    scene = make_scene(room=1000, progress_seconds=60)
    scene.session.data_received(question(BODY).wire[:-5])
    drip(scene, 11)
    assert scene.transport.paused
    before = scene.reply
    drip(scene, 20, 40)
    assert scene.reply == before
    scene.after(61)
    assert scene.transport.aborted


async def test_no_room_in_the_spool_cuts(
    make_scene: "Make", question: "Ask", space: SpoolSpace, inspection: "ScriptedInspection"
) -> None:
    scene = make_scene()
    wire = question(BODY).wire
    scene.session.data_received(wire[: MIB // 2])
    drip(scene, 11)
    space.disk_total = 0
    scene.session.data_received(wire[MIB // 2 : -5])
    scene.after(9)
    scene.after(11)
    await scene.turn()
    assert scene.transport.aborted
    assert [record.ruling.action for record in inspection.records] == [Action.CUT]


async def test_what_is_remembered_follows_at_once(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    scene = make_scene()

    def recall(transfer: Transfer, spool: Spool) -> object:
        return True

    inspection.recall = recall  # type: ignore[method-assign, assignment]
    wire = question(BODY).wire
    scene.session.data_received(wire[:-5])
    drip(scene, 11)
    scene.session.data_received(wire[-5:])
    assert received(scene.reply) == BODY
    assert scene.reply.endswith(b"\r\n0\r\n\r\n")
