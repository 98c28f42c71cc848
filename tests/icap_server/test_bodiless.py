"""Messages that carry nothing to inspect pass untouched; a tunnel may be refused."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.icap_server.exchanges import set_policy
from verdicts.model import Action
from verdicts.spool import SpoolSpace

if TYPE_CHECKING:
    from tests.icap_server.conftest import Question, Scene, ScriptedInspection

    Ask = Callable[..., Question]
    Make = Callable[..., Scene]

GET = b"GET http://files.example/x HTTP/1.1\r\nHost: files.example\r\n\r\n"
HEAD = GET.replace(b"GET", b"HEAD")
CONNECT = b"CONNECT files.example:443 HTTP/1.1\r\nHost: files.example:443\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nContent-Type: image/png\r\n\r\n"
RESPONSES = {
    "head": (HEAD, OK),
    "304": (GET, b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 500\r\n\r\n'),
    "204": (GET, b"HTTP/1.1 204 No Content\r\n\r\n"),
    "205": (GET, b"HTTP/1.1 205 Reset Content\r\n\r\n"),
    "100": (GET, b"HTTP/1.1 100 Continue\r\n\r\n"),
    "103": (GET, b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"),
    "empty": (GET, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
}
REQUESTS = {"get": GET, "head": HEAD, "connect": CONNECT}
SITE = """default = "block"
[[clause]]
name = "bad-site"
action = "block"
host = "files.example"
"""


def respmod(request: bytes, response: bytes, *fields: str) -> bytes:
    layout = f"req-hdr=0, res-hdr={len(request)}, null-body={len(request + response)}"
    return _icap("RESPMOD", layout, fields) + request + response


def reqmod(request: bytes, *fields: str) -> bytes:
    return _icap("REQMOD", f"req-hdr=0, null-body={len(request)}", fields) + request


def _icap(method: str, layout: str, fields: tuple[str, ...]) -> bytes:
    line = f"{method} icap://h/{method.lower()} ICAP/1.0"
    lines = [line, "Host: h", *fields, f"Encapsulated: {layout}", ""]
    return "".join(f"{text}\r\n" for text in lines).encode()


@pytest.mark.parametrize("fields", [("Allow: 204",), ("Preview: 0",), ()], ids=str)
@pytest.mark.parametrize("name", RESPONSES)
async def test_a_response_without_a_body(
    scene: "Scene", inspection: "ScriptedInspection", name: str, fields: tuple[str, ...]
) -> None:
    request, response = RESPONSES[name]
    scene.session.data_received(respmod(request, response, *fields))
    assert scene.statuses() == [204 if fields == ("Allow: 204",) else 200]
    if scene.statuses() == [200]:
        assert f"Encapsulated: res-hdr=0, null-body={len(response)}\r\n".encode() in scene.reply
        assert scene.reply.endswith(response)
    assert inspection.records == []


@pytest.mark.parametrize("fields", [("Allow: 204",), ("Preview: 0",), ("Allow: 206",)], ids=str)
@pytest.mark.parametrize("name", REQUESTS)
async def test_a_request_without_a_body(
    scene: "Scene", inspection: "ScriptedInspection", name: str, fields: tuple[str, ...]
) -> None:
    request = REQUESTS[name]
    scene.session.data_received(reqmod(request, *fields))
    assert scene.statuses() == [204 if fields == ("Allow: 204",) else 200]
    if scene.statuses() == [200]:
        assert scene.reply.endswith(request), "206 is of bodies"
    assert inspection.records == []


async def test_a_body_that_is_empty_is_recorded_and_passes(
    scene: "Scene", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    scene.session.data_received(question(b"").wire)
    await scene.turn()
    assert scene.reply.endswith(b"\r\n\r\n0\r\n\r\n")
    assert inspection.seen == []
    assert [record.ruling.action for record in inspection.records] == [Action.ALLOW]


async def test_a_tunnel_to_a_blocked_host_is_refused_each_time(
    scene: "Scene", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    """Squid asks twice about one tunnel; a 403 in res-hdr is what it understands (bug 4587)."""
    set_policy(inspection, space, SITE)
    for _ in range(2):
        scene.session.data_received(reqmod(CONNECT, "Allow: 204"))
        await scene.turn()
    assert scene.statuses() == [200, 200]
    assert scene.reply.count(b"HTTP/1.1 403 Forbidden\r\n") == 2
    assert b"Encapsulated: res-hdr=0, res-body=" in scene.reply
    assert b"Connection: close" not in scene.reply
    first, second = inspection.records
    assert (first.ruling.clause, first.ruling.action, first.size) == ("bad-site", Action.BLOCK, 0)
    assert first.transfer.host == "files.example"
    assert first.transfer.id != second.transfer.id


@pytest.mark.parametrize(
    "text",
    [
        SITE + 'direction = "upload"\n',
        SITE.replace("files", "other"),
        SITE + 'level = "malicious"\n',
        'default = "block"\n',
    ],
)
async def test_other_tunnels_pass_unseen(
    scene: "Scene", inspection: "ScriptedInspection", space: SpoolSpace, text: str
) -> None:
    set_policy(inspection, space, text)
    scene.session.data_received(reqmod(CONNECT, "Allow: 204"))
    assert scene.statuses() == [204]
    assert inspection.records == []


async def test_an_observer_notes_a_tunnel(
    scene: "Scene", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    set_policy(inspection, space, SITE + '[policy]\nmode = "monitor"\n')
    scene.session.data_received(reqmod(CONNECT, "Allow: 204"))
    await scene.turn()
    assert scene.statuses() == [204]
    (record,) = inspection.records
    assert (record.ruling.action, record.ruling.wanted) == (Action.ALLOW, Action.BLOCK)


async def test_a_get_of_a_blocked_host_carries_no_file(
    scene: "Scene", inspection: "ScriptedInspection", space: SpoolSpace
) -> None:
    set_policy(inspection, space, SITE)
    scene.session.data_received(reqmod(GET, "Allow: 204"))
    assert scene.statuses() == [204]
