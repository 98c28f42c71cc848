"""Replies: what a client reads from their heads, whatever the engines and files are called."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server import replies
from icap_server.profile import GENERIC, BlockStyle, Profile, UnscannableStyle
from icap_server.shipped_profiles import ALL
from icap_server.wire.events import RequestHead
from icap_server.wire.replies import LAST_CHUNK
from scanners.model import Code, Detection, DetectionLevel, Level, Reason, Unscanned
from tests.icap_server.fronts import PAGE
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, utc_now

ISTAG = '"0123456789abcdef01234567"'
ID = "01890a5d-ac96-774b-bcce-b302099a8057"
FOUND = re.compile(r"^Type=[012]; Resolution=[012]; Threat=[^;\r\n]+;$")
INFECTED = re.compile(rb"^X-(Infection|Virus|Violations|Block|Response)", re.MULTILINE)
REQUEST = b"PUT /a HTTP/1.1\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nX-Virus-ID: made up by the origin\r\n\r\n"


def transfer(**texts: str) -> Transfer:
    return Transfer(ID, "respmod", Direction.DOWNLOAD, utc_now(), **texts)  # type: ignore[arg-type]


def blocked(
    *found: Detection,
    gaps: tuple[Unscanned, ...] = (),
    profile: Profile = GENERIC,
    close: bool = False,
    **texts: str,
) -> replies.Reply:
    verdict = Verdict(Level.MALICIOUS, found, gaps)
    for_gap = bool(gaps) and all(one.level is DetectionLevel.INFO for one in found)
    ruling = Ruling(Action.BLOCK, "malicious", True, Action.BLOCK, verdict, for_gap)
    return replies.blocked(ruling, transfer(**texts), ISTAG, profile, PAGE, close=close)


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


HOSTILE = ["", " ", ";", ";;;", "\r\n", "\u202e", "a; Threat=b", "x" * 5000, "\ud800", "\x00"]


@pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.name)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_in_every_dialect(name: str, profile: Profile) -> None:
    found = [replace(detection(name), path=(name, f"{number}")) for number in range(20)]
    reply = blocked(*found, profile=profile, file_name=name, host=name)
    head, _, http_head = reply.head.partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    assert len(reply.head) < 8192
    if not profile.violations:
        assert all(re.match(r"[A-Za-z-]+: [ -~]+$", line) for line in lines[1:]), "g3proxy"
    (stated,) = [line for line in lines if line.startswith("X-Infection-Found: ")]
    assert FOUND.match(stated.partition(": ")[2])
    assert http_head.count(b"\r\n\r\n") == 1


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


LENIENT = Profile(unscannable=UnscannableStyle.ERROR)
LOCKED = Unscanned("zip", Reason.ENCRYPTED)


@pytest.mark.parametrize("close", [False, True])
def test_what_could_not_be_inspected_may_be_an_error(close: bool) -> None:
    """Nextcloud: 500 and a code that it knows is "unscannable", not "infected"."""
    harmless = detection("jpeg_as_png", Code.DISGUISE_EXTENSION, DetectionLevel.INFO)
    reply = blocked(harmless, gaps=(LOCKED,), profile=LENIENT, close=close)
    assert reply.head.startswith(b"ICAP/1.0 500 Server error\r\n")
    assert (reply.status, reply.body, reply.close) == (500, None, close)
    assert fields(reply) == {
        "ISTag": ISTAG,
        "X-Douane-Transfer": ID,
        **({"Connection": "close"} if close else {}),
        "X-Error-Code": "password_protected",
        "Encapsulated": "null-body=0",
    }


def test_whatever_else_stands_against_a_file_is_told_as_that() -> None:
    trick = detection("exe_as_jpeg", Code.DISGUISE_EXTENSION, DetectionLevel.SUSPICIOUS)
    assert blocked(trick, gaps=(LOCKED,), profile=LENIENT).status == 200
    assert blocked(profile=LENIENT).status == 200, "policy alone"
    assert blocked(gaps=(LOCKED,)).status == 200, "asked for by nobody"


def test_a_redirect() -> None:
    profile = Profile(block=BlockStyle.REDIRECT, redirect_url="https://soc.example/?t={transfer}")
    reply = blocked(detection("Win.A-1"), profile=profile)
    http_head = reply.head.partition(b"\r\n\r\n")[2].decode()
    place = f"HTTP/1.1 302 Found\r\nLocation: https://soc.example/?t={ID}\r\n"
    assert http_head.startswith(place)
    assert "\r\nCache-Control: no-store\r\n" in http_head
    assert "X-Infection-Found" in fields(reply)
    assert reply.body is not None
    assert ID.encode() in b"".join(reply.body), "for who follows no redirect"


def test_a_redirect_to_nowhere_is_a_page() -> None:
    reply = blocked(detection("Win.A-1"), profile=Profile(block=BlockStyle.REDIRECT))
    assert b"\r\n\r\nHTTP/1.1 403 Forbidden\r\n" in reply.head


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


@pytest.mark.parametrize(
    "method, part, http_head", [("REQMOD", "req", REQUEST), ("RESPMOD", "res", RESPONSE)]
)
def test_partial(method: str, part: str, http_head: bytes) -> None:
    reply = replies.partial(head(method), ISTAG, ID, close=False)
    assert reply.head.startswith(b"ICAP/1.0 206 Partial Content\r\n")
    icap_head, _, rest = reply.head.partition(b"\r\n\r\n")
    assert rest == http_head, "as it came"
    assert fields(reply)["Encapsulated"] == f"{part}-hdr=0, {part}-body={len(http_head)}"
    assert fields(reply)["X-Douane-Transfer"] == ID
    assert not INFECTED.search(icap_head)
    assert (reply.status, reply.close) == (206, False)
    assert reply.body is not None
    assert list(reply.body) == []
    assert reply.last_chunk == b"0; use-original-body=0\r\n\r\n"


def test_partial_with_a_head_and_pieces_of_our_own() -> None:
    changed = b"HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n"
    reply = replies.partial(
        head("RESPMOD"),
        ISTAG,
        ID,
        offset=9,
        http_head=changed,
        body_pieces=iter([b"x"]),
        close=True,
    )
    rest = reply.head.partition(b"\r\n\r\n")[2]
    assert rest == b"HTTP/1.1 200 OK\r\nX-A: b\r\nVia: ICAP/1.0 douane\r\n\r\n"
    assert fields(reply)["Encapsulated"] == f"res-hdr=0, res-body={len(rest)}"
    assert reply.body is not None
    assert list(reply.body) == [b"x"]
    assert reply.last_chunk == b"0; use-original-body=9\r\n\r\n"
    assert reply.close


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_changed_message_says_who_changed_it(end: bytes) -> None:
    changed = b"GET / HTTP/1.1" + end + end
    reply = replies.echo(head("REQMOD"), None, ISTAG, ID, close=False, http_head=changed)
    rest = reply.head.partition(b"\r\n\r\n")[2]
    assert rest == b"GET / HTTP/1.1" + end + b"Via: ICAP/1.0 douane\r\n" + end
    assert fields(reply)["Encapsulated"] == f"req-hdr=0, null-body={len(rest)}"


def test_a_body_usually_ends_with_a_plain_chunk() -> None:
    assert replies.echo(head("RESPMOD"), iter(()), ISTAG, "", close=False).last_chunk == LAST_CHUNK
    assert blocked(detection("a")).last_chunk == LAST_CHUNK


def test_a_refusal_with_more_to_say() -> None:
    challenge = ("WWW-Authenticate", 'Basic realm="Douane"')
    reply = replies.refusal(401, ISTAG, close=False, extra=[challenge])
    assert list(fields(reply).items())[:2] == [("ISTag", ISTAG), challenge]
    assert reply.head.startswith(b"ICAP/1.0 401 Unauthorized\r\n")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 500, 501, 503, 505])
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
