"""Replies: what a client reads from their heads, whatever the engines and files are called."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server import replies
from icap_server.profile import GENERIC
from icap_server.wire.events import RequestHead
from scanners.model import Code, Detection, DetectionLevel, Level, Reason, Unscanned
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, utc_now

ISTAG = '"0123456789abcdef01234567"'
ID = "01890a5d-ac96-774b-bcce-b302099a8057"
FOUND = re.compile(r"^Type=[012]; Resolution=[012]; Threat=[^;\r\n]+;$")
INFECTED = re.compile(rb"^X-(Infection|Virus|Violations|Block|Response)", re.MULTILINE)
REQUEST = b"PUT /a HTTP/1.1\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nX-Virus-ID: made up by the origin\r\n\r\n"


def transfer(**texts: str) -> Transfer:
    return Transfer(ID, "respmod", Direction.DOWNLOAD, utc_now(), **texts)  # type: ignore[arg-type]


def blocked(*found: Detection, gaps: tuple[Unscanned, ...] = (), **texts: str) -> replies.Reply:
    verdict = Verdict(Level.MALICIOUS, found, gaps)
    ruling = Ruling(Action.BLOCK, "malicious", True, Action.BLOCK, verdict)
    return replies.blocked(ruling, transfer(**texts), ISTAG, GENERIC, close=False)


def detection(
    name: str,
    code: Code = Code.SIGNATURE_CLAMAV,
    level: DetectionLevel = DetectionLevel.MALICIOUS,
) -> Detection:
    return Detection(code, "clamav", name, level)


def fields(reply: replies.Reply) -> dict[str, str]:
    """Return the ICAP fields; every line has to have a colon and a blank (g3, Nextcloud)."""
    lines = reply.head.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")[1:]
    return dict(line.split(": ", 1) for line in lines)


@given(st.text(max_size=5000))
def test_threat_of_any_name(name: str) -> None:
    reply = blocked(detection(name))
    assert FOUND.match(fields(reply)["X-Infection-Found"])
    assert len(reply.head) < 8192
    assert list(fields(reply)) == [
        "ISTag",
        "X-Douane-Transfer",
        "X-Infection-Found",
        "X-Virus-ID",
        "X-Response-Info",
        "Encapsulated",
        "Server",
    ]


@pytest.mark.parametrize("name", ["", " ", ";", ";;;", "\r\n", "\u202e", "a; Threat=b", "x" * 5000])
def test_threat_of_hostile_names(name: str) -> None:
    assert FOUND.match(fields(blocked(detection(name)))["X-Infection-Found"])


@pytest.mark.parametrize(
    "found, gaps, stated",
    [
        ((detection("Win.A-1"),), (), "Type=0; Resolution=2; Threat=Win.A-1;"),
        (
            (detection("exe_as_jpeg", Code.DISGUISE_EXTENSION, DetectionLevel.SUSPICIOUS),),
            (),
            "Type=1; Resolution=2; Threat=exe_as_jpeg;",
        ),
        (
            (detection("exe", Code.EMBEDDED_EXECUTABLE), detection("worm", Code.SIGNATURE_YARA)),
            (),
            "Type=0; Resolution=2; Threat=exe;",
        ),
        (
            (),
            (Unscanned("zip", Reason.ENCRYPTED),),
            "Type=2; Resolution=2; Threat=unscanned.encrypted;",
        ),
        (
            (detection("jpeg_as_png", Code.DISGUISE_EXTENSION, DetectionLevel.INFO),),
            (Unscanned("zip", Reason.ENCRYPTED),),
            "Type=2; Resolution=2; Threat=unscanned.encrypted;",
        ),
        ((), (), "Type=1; Resolution=2; Threat=policy;"),
        ((detection(" "),), (), "Type=0; Resolution=2; Threat=unnamed;"),
    ],
)
def test_infection_types(
    found: tuple[Detection, ...], gaps: tuple[Unscanned, ...], stated: str
) -> None:
    assert fields(blocked(*found, gaps=gaps))["X-Infection-Found"] == stated


def test_block() -> None:
    reply = blocked(detection("Win.A-1"))
    _, _, http_head = reply.head.partition(b"\r\n\r\n")
    assert reply.status == 200
    assert fields(reply)["Encapsulated"] == f"res-hdr=0, res-body={len(http_head)}"
    assert http_head.startswith(b"HTTP/1.1 403 Forbidden\r\n"), "Nextcloud looks for the words"
    assert http_head.endswith(b"\r\n\r\n")
    assert b"\r\nCache-Control: no-store\r\n" in http_head
    assert b"\r\nVia: ICAP/1.0 douane\r\n" in http_head
    assert b"\r\nX-Douane-Transfer: " + ID.encode() in http_head
    assert reply.body is not None
    body = b"".join(reply.body)
    assert b"\r\nContent-Length: %d\r\n" % len(body) in http_head
    assert ID.encode() in body


def head(method: str) -> RequestHead:
    return RequestHead(method, "a", {}, REQUEST, RESPONSE, True, None, False, False, False)


@pytest.mark.parametrize("transfer_id", ["", ID])
@pytest.mark.parametrize("close", [False, True])
def test_pass(transfer_id: str, close: bool) -> None:
    reply = replies.unmodified(ISTAG, transfer_id, close=close)
    assert (reply.status, reply.body, reply.close) == (204, None, close)
    assert reply.head.startswith(b"ICAP/1.0 204 No modifications\r\n")
    assert reply.head.endswith(b"\r\nEncapsulated: null-body=0\r\n\r\n")
    assert fields(reply).get("X-Douane-Transfer", "") == transfer_id
    assert ("Connection" in fields(reply)) == close
    assert not INFECTED.search(reply.head)


@pytest.mark.parametrize(
    "method, part, http_head", [("REQMOD", "req", REQUEST), ("RESPMOD", "res", RESPONSE)]
)
def test_echo(method: str, part: str, http_head: bytes) -> None:
    reply = replies.echo(head(method), iter([b"a"]), ISTAG, ID, close=False)
    icap_head, _, rest = reply.head.partition(b"\r\n\r\n")
    assert rest == http_head
    assert fields(reply)["Encapsulated"] == f"{part}-hdr=0, {part}-body={len(http_head)}"
    assert not INFECTED.search(icap_head), "toolarium looks only whether they are there"
    assert reply.body is not None


def test_echo_of_a_message_without_body() -> None:
    reply = replies.echo(head("RESPMOD"), None, ISTAG, "", close=True)
    assert fields(reply)["Encapsulated"] == f"res-hdr=0, null-body={len(RESPONSE)}"
    assert (reply.body, reply.close) == (None, True)


@pytest.mark.parametrize("status", [400, 404, 405, 408, 500, 501, 503, 505])
def test_refusal(status: int) -> None:
    reply = replies.refusal(status, ISTAG)
    assert reply.status == status
    assert reply.close
    assert fields(reply) == {
        "ISTag": ISTAG,
        "Connection": "close",
        "Encapsulated": "null-body=0",
    }
    assert reply.head.startswith(b"ICAP/1.0 %d " % status)
