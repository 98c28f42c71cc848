"""Replies that are known before the body is over: the connection goes on, or says that it ends."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from icap_server.exchange import DRAIN_BYTES
from tests.icap_server.exchanges import set_policy
from verdicts.model import Action
from verdicts.spool import SpoolSpace

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, Scene, ScriptedInspection

    Ask = Callable[..., Question]
    Make = Callable[..., Scene]

OPTIONS = b"OPTIONS icap://h/respmod ICAP/1.0\r\nHost: h\r\n\r\n"
NAMED = """default = "block"
[[clause]]
name = "known-bad"
action = "block"
file_name = "data"
[[clause]]
name = "clean"
action = "allow"
level = "clean"
"""


@pytest.fixture
def known_bad(inspection: "ScriptedInspection", space: SpoolSpace) -> None:
    set_policy(inspection, space, NAMED)


def length(count: int) -> dict[str, tuple[str, ...]]:
    return {"http": (f"Content-Length: {count}",)}


@pytest.mark.usefixtures("known_bad")
async def test_a_bad_name_is_answered_at_the_preview(
    make_scene: "Make", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    scene = make_scene()
    scene.session.data_received(question(b"abc", "Preview: 3", **length(10**9)).wire)
    await scene.turn()
    assert scene.statuses() == [200]
    assert b"403 Forbidden" in scene.reply
    assert b"Connection: close" not in scene.reply, "the rest is never sent"
    scene.session.data_received(OPTIONS)
    assert scene.statuses() == [200, 200]
    assert inspection.seen == []
    (record,) = inspection.records
    assert (record.ruling.clause, record.ruling.action) == ("known-bad", Action.BLOCK)
    assert (record.size, record.sha256) == (3, "")


@pytest.mark.usefixtures("known_bad")
@pytest.mark.parametrize("field", ["Preview: 200000", "Allow: 204"])
async def test_what_is_left_is_read_if_it_is_little(
    make_scene: "Make", question: "Ask", space: SpoolSpace, field: str
) -> None:
    """In a preview its announced length tells, else Content-Length."""
    scene = make_scene()
    body = bytes(200_000)
    wire = question(body, field, chunks=(150_000,), **length(200_000)).wire
    scene.session.data_received(wire[:160_000])
    await scene.turn()
    assert scene.statuses() == []
    assert not space.used
    scene.session.data_received(wire[160_000:] + OPTIONS)
    await scene.turn()
    assert scene.statuses() == [200, 200]
    assert b"Connection: close" not in scene.reply


@pytest.mark.usefixtures("known_bad")
@pytest.mark.parametrize("stated", [150_001 + DRAIN_BYTES, 1000, None])
async def test_what_is_left_is_not_waited_for_if_it_is_much_or_unknown(
    make_scene: "Make", question: "Ask", stated: int | None
) -> None:
    scene = make_scene()
    more = length(stated) if stated else {}
    wire = question(bytes(400_000), "Allow: 204", chunks=(150_000,), **more).wire
    scene.session.data_received(wire[:150_400])
    await scene.turn()
    assert scene.statuses() == [200]
    assert b"\r\nConnection: close\r\n" in scene.reply
    assert scene.transport.ended


@pytest.mark.usefixtures("known_bad")
async def test_who_does_not_send_the_little_that_is_left(
    make_scene: "Make", question: "Ask"
) -> None:
    scene = make_scene()
    wire = question(bytes(1000), "Allow: 204", **length(1000)).wire
    scene.session.data_received(wire[:-500])
    scene.after(1)
    scene.session.data_received(wire[-500:-400])
    assert scene.statuses() == []
    scene.after(3)
    await scene.turn()
    assert scene.statuses() == [200], "drops do not renew its time"
    assert b"\r\nConnection: close\r\n" in scene.reply


@pytest.mark.usefixtures("known_bad")
async def test_who_states_less_than_it_sends(make_scene: "Make", question: "Ask") -> None:
    scene = make_scene()
    wire = question(bytes(400_000), "Allow: 204", chunks=(10,), **length(5000)).wire
    for at in range(0, 8000, 1000):
        scene.session.data_received(wire[at : at + 1000])
    await scene.turn()
    assert scene.statuses() == [200]
    assert b"\r\nConnection: close\r\n" in scene.reply


async def test_a_large_body_for_nobody_is_not_read_to_its_end(
    make_scene: "Make", question: "Ask"
) -> None:
    """404 and 405: a short one is read over, so that the connection goes on."""
    scene = make_scene()
    scene.session.data_received(question(bytes(DRAIN_BYTES), service="nothing").wire + OPTIONS)
    await scene.turn()
    assert scene.statuses() == [404, 200]
    scene.session.data_received(question(bytes(2 * DRAIN_BYTES), service="nothing").wire[:-9])
    assert scene.statuses() == [404, 200, 404]
    assert b"\r\nConnection: close\r\n" in scene.reply
    assert scene.transport.ended


async def test_a_client_that_sends_only_empty_lines(make_scene: "Make") -> None:
    """They are no request: the time for one runs on."""
    scene = make_scene(idle_seconds=300)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(5):
        scene.session.data_received(b"\r\n")
    scene.session.check(began + 301)
    assert scene.transport.closing
    assert scene.reply == b""


async def test_each_reply_gives_time_for_the_next_request(
    make_scene: "Make", monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = make_scene(idle_seconds=300)
    loop = asyncio.get_running_loop()
    began = loop.time()
    monkeypatch.setattr(scene.session._deadlines, "_clock", lambda: began + 200)
    scene.session.data_received(OPTIONS)
    scene.session.data_received(b"\r\n")
    scene.session.check(began + 499)
    assert not scene.transport.closing
    scene.session.check(began + 501)
    assert scene.transport.closing


@pytest.mark.parametrize(
    "wire",
    [
        b"OPTIONS icap://h/respmod ICAP/1.0\r\n\r\n",
        b"OPTIONS /respmod ICAP/1.0\r\nHost: h\r\n\r\n",
    ],
)
@pytest.mark.parametrize("strict", [False, True])
async def test_lapses_are_refused_by_a_strict_server_only(
    make_scene: "Make", wire: bytes, *, strict: bool
) -> None:
    scene = make_scene(strict=strict)
    scene.session.data_received(wire)
    assert (scene.statuses() == [400]) is strict
    assert scene.transport.ended is strict
