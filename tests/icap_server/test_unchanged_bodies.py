"""What passes comes back byte for byte, whatever the body, its chunks, its preview and the cuts."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, Scene, ScriptedInspection

    Ask = Callable[..., Question]
    Make = Callable[..., Scene]

CONTINUE = b"ICAP/1.0 100 Continue\r\n\r\n"
HEAD = re.compile(rb"ICAP/1\.0 (\d\d\d) [^\r]*\r\n(?:[^\r]+\r\n)*\r\n")
LAYOUT = re.compile(rb"Encapsulated: .*?([a-z-]+)=(\d+)\r\n")
OPTIONS = b"OPTIONS icap://h/nothing ICAP/1.0\r\nHost: h\r\n\r\n"
ORDINARY = {100, 200, 204, 206, 400, 404, 405, 501, 505}

bodies = st.one_of(
    st.binary(max_size=200), st.integers(0, 70_000).map(lambda size: b"ab\r\n" * size)
)
sizes = st.lists(st.integers(1, 9000), max_size=8)
cuts = st.lists(st.integers(0, 3000), max_size=8).map(sorted)
offers = st.sampled_from(["", "204", "206", "204, 206"])
fresh_each_time = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def received(reply: bytes, original: "Question", body: bytes) -> tuple[bytes, bytes, bytes]:
    """Return HTTP head and body that the proxy goes on with, and what follows the reply."""
    head = HEAD.match(reply)
    assert head, reply[:100]
    status = int(head[1])
    rest = reply[head.end() :]
    if status == 204:
        return original.http_head, body, rest
    assert status in (200, 206)
    layout = LAYOUT.search(head[0])
    assert layout
    length = int(layout[2])
    http_head, rest = rest[:length], rest[length:]
    got = b""
    while True:
        line, rest = rest.split(b"\r\n", 1)
        size, _, extension = line.partition(b"; ")
        if size == b"0":
            break
        got, rest = got + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    if status == 206:
        got += body[int(extension.removeprefix(b"use-original-body=")) :]
    return http_head, got, rest.removeprefix(b"\r\n")


def send(scene: "Scene", wire: bytes, at: Sequence[int]) -> None:
    for start, end in zip([0, *at], [*at, len(wire)]):
        if wire[start:end]:
            scene.session.data_received(wire[start:end])


@given(
    body=bodies,
    sizes=sizes,
    cuts=cuts,
    offer=offers,
    method=st.sampled_from(["REQMOD", "RESPMOD"]),
    service=st.sampled_from(["echo", "avscan"]),
)
@fresh_each_time
async def test_without_preview(
    *,
    make_scene: "Make",
    question: "Ask",
    body: bytes,
    sizes: list[int],
    cuts: list[int],
    offer: str,
    method: str,
    service: str,
) -> None:
    scene = make_scene()
    fields = [f"Allow: {offer}"] if offer else []
    asked = question(body, *fields, method=method, service=service, chunks=sizes)
    send(scene, asked.wire + OPTIONS, cuts)
    await scene.turn(20)
    http_head, got, rest = received(scene.reply, asked, body)
    assert (http_head, got) == (asked.http_head, body)
    assert rest.startswith(b"ICAP/1.0 404 "), "the next request is answered"


@given(
    body=bodies,
    preview=st.integers(0, 5000),
    sizes=sizes,
    cuts=cuts,
    offer=offers,
    early=st.booleans(),
)
@fresh_each_time
async def test_with_preview(
    *,
    make_scene: "Make",
    question: "Ask",
    inspection: "ScriptedInspection",
    body: bytes,
    preview: int,
    sizes: list[int],
    cuts: list[int],
    offer: str,
    early: bool,
) -> None:
    """`early`: the client does not wait for 100 Continue."""
    inspection.seen.clear()
    scene = make_scene()
    fields = [f"Preview: {preview}", *([f"Allow: {offer}"] if offer else [])]
    asked = question(body[:preview], *fields, chunks=sizes)
    if len(body) <= preview:
        wire = asked.wire.removesuffix(b"0\r\n\r\n") + b"0; ieof\r\n\r\n"
        send(scene, wire, cuts)
    else:
        rest_of_body = question(body[preview:], chunks=sizes).wire.partition(b"\r\n\r\n")[2]
        rest_of_body = rest_of_body.split(b"\r\n\r\n", 2)[2]
        send(scene, asked.wire + (rest_of_body if early else b""), cuts)
        if not early:
            assert scene.reply == CONTINUE
            send(scene, rest_of_body, cuts)
    await scene.turn(20)
    reply = scene.reply
    assert reply.startswith(CONTINUE) == (len(body) > preview)
    http_head, got, after = received(reply.removeprefix(CONTINUE), asked, body)
    assert (http_head, got, after) == (asked.http_head, body, b"")
    assert inspection.seen == ([body] if body else [])


FRAGMENTS = [
    b"RESPMOD icap://h/respmod ICAP/1.0\r\n", b"REQMOD icap://h/echo ICAP/1.0\r\n", OPTIONS,
    b"Encapsulated: res-body=0\r\n", b"Encapsulated: req-body=0\r\n", b"Preview: 3\r\n", b"\r\n",
    b"Encapsulated: res-hdr=0, res-body=19\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"Allow: 206\r\n",
    b"3\r\nabc\r\n", b"0\r\n\r\n", b"0; ieof\r\n\r\n", b"\0", b"ffffffffffffffff\r\n",
]  # fmt: skip


@given(pieces=st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=20), max_size=25), cuts=cuts)
@fresh_each_time
async def test_garbage_is_refused_or_waited_for(
    make_scene: "Make", pieces: list[bytes], cuts: list[int]
) -> None:
    """Never a 500, never a word that is not ICAP, and nothing behind the refusal."""
    scene = make_scene()
    send(scene, b"".join(pieces), cuts)
    await scene.turn(60)
    statuses = scene.statuses()
    assert set(statuses) <= ORDINARY
    assert not scene.reply or scene.reply.startswith(b"ICAP/1.0 ")
    refused = [number for number, status in enumerate(statuses) if status in (400, 501, 505)]
    assert refused in ([], [len(statuses) - 1])
