"""Items 43 to 45, 48, 50 and 52: answers that carry a ruling, and answers that come early."""

import re
from dataclasses import replace

import pytest

from bench.servers.douane import Douane
from samples.builders import eicar, encrypted_zip
from tests.conformance.client import Answer
from tests.conformance.messages import GET, LETTER, OK, Message, chunks, noise
from tests.conformance.scripted_clamd import ERROR, NAME, SILENCE
from tests.conformance.servers import FILE_BYTES, verdict_of
from tests.conformance.targets import Target

KiB = 1024
INFECTION = re.compile(r"Type=[012]; Resolution=[012]; Threat=[^;\r\n]+;")
LOCKED = encrypted_zip({"letter.txt": LETTER}, b"nobody guesses this one")
LONG = noise(43, 64 * KiB) * 16


def deliver(target: Target, message: Message) -> tuple[Answer, bool]:
    """Send head and body piece by piece, whatever the server says meanwhile.

    Return the answer, and whether the connection serves on; if not, it was closed in order.
    """
    body = message.body or b""
    with target.connect() as line:
        line.send(message.head)
        for at in range(0, len(body), 16 * KiB):
            line.send(chunks(body[at : at + 16 * KiB]))
        line.send(b"0\r\n\r\n")
        answer = line.read()
        if answer.closes:
            assert line.read_rest() == b""
            return answer, False
        line.send(target.options().wire)
        assert line.read().status == 200
        return answer, True


def test_item_43_refusal_before_the_body(target: Target) -> None:
    lost = replace(target, respmod="no-such-service").download(LONG)
    assert deliver(target, lost)[0].status == 404


def test_item_43_block_before_the_end_of_the_body(hurried: Target) -> None:
    """It is too large long before it is whole: what is still sent must not reset the answer."""
    answer, _ = deliver(hurried, hurried.download(LONG))
    assert answer.blocked
    assert answer.body


def test_item_43_block_at_the_preview(target: Target) -> None:
    first, _ = target.virus().preview(4096)
    with target.connect() as line:
        line.send(first)
        assert line.read().blocked
        line.send(target.options().wire)
        assert line.read().status == 200


def test_item_44_oversize_is_ruled_on(hurried: Target) -> None:
    answer, _ = deliver(hurried, hurried.download(noise(44, 2 * FILE_BYTES)))
    assert answer.blocked
    assert INFECTION.fullmatch(answer.field("X-Infection-Found"))


def test_item_44_oversize_after_continue(hurried: Target) -> None:
    first, rest = hurried.download(noise(45, 2 * FILE_BYTES)).allowing(204).preview(1024)
    with hurried.connect() as line:
        line.send(first)
        line.read_continue()
        line.send(rest)
        answer = line.read()
        assert answer.blocked
        line.assert_over(answer)


def statuses(target: Target) -> set[int]:
    """Return the statuses of requests that are wrong in every way that has a status."""
    options = target.options().wire
    return {
        target.ask(wire, over=False).status
        for wire in (
            options.replace(b" icap://", b" ", 1).replace(b"ICAP/1.0", b"ICAP", 1),
            target.options("no-such-service").wire,
            options.replace(b"OPTIONS", b"FILEMOD", 1),
            options.replace(b"ICAP/1.0", b"ICAP/3.0", 1),
        )
    }


def test_item_44_every_error_has_its_status(target: Target) -> None:
    """405 is shown by item 4, 408 by 10, 503 by 56; 502 is for gateways."""
    assert statuses(target) == {400, 404, 501, 505}


@pytest.mark.usefixtures("own")
def test_item_44_unscannable_is_500_for_who_wants_it(target: Target) -> None:
    """Nextcloud reads ICAP 500 with X-Error-Code; a ZIP member with a password cannot be read."""
    respmod = target.respmod + "?profile=nextcloud"
    answer = target.ask(replace(target, respmod=respmod).download(LOCKED).wire)
    assert answer.status == 500
    assert answer.field("X-Error-Code") == "password_protected"
    assert answer.phrase


def never_silent(answer: Answer) -> None:
    assert answer.status in (200, 500), answer.status
    assert answer.status == 500 or answer.blocked


@pytest.mark.parametrize("fault", [ERROR, SILENCE], ids=["scan fails", "scan takes too long"])
@pytest.mark.parametrize("allow", [(), (204,)], ids=["no allow", "allow 204"])
def test_item_45_fault_of_a_scanner(scripted: Target, fault: bytes, allow: tuple[int, ...]) -> None:
    message = scripted.download(fault + noise(len(allow), 100))
    never_silent(scripted.ask((message.allowing(*allow) if allow else message).wire))
    first, _ = message.preview(1024)
    never_silent(scripted.ask(first))


def test_item_45_no_scanner(strict: Target, strict_server: Douane) -> None:
    for message in (strict.download(), strict.upload()):
        answer = strict.ask(message.allowing(204).wire)
        never_silent(answer)
        verdict = verdict_of(strict_server, answer)
        assert verdict.action == "block"
        assert verdict.gaps == {"engine_down"}


NAMES = {
    "plain": b"Win.Worm.Test-1",
    "semicolons": b"a;b; Type=0; Resolution=0; Threat=none;",
    "only semicolons": b";;;",
    "blanks": b"  a  b  ",
    "right to left": "evil\u202egnp.exe".encode(),
    "utf-8": "\u043a\u0438\u0440\u0438\u043b\u043b\u0438\u0446\u0430".encode(),
    "latin-1": b"caf\xe9",
    "long": b"A" * 490,
    "4 KiB": b"A" * 4000,
    "field": b"x\r\nX-Injected: 1",
    "tab": b"a\tb",
    "quotes": b'"Threat"=%00%0d%0a',
    "looks clean": b"OK",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_item_48_any_name_of_an_engine(scripted: Target, name: bytes) -> None:
    answer = scripted.ask(scripted.download(NAME + name).wire)
    assert answer.blocked
    assert INFECTION.fullmatch(answer.field("X-Infection-Found"))
    assert len(answer.raw_head) < 2 * KiB
    assert "X-Injected" not in answer.names
    assert b"X-Injected" not in answer.http_head


def test_item_48_form(target: Target) -> None:
    answer = target.ask(target.virus().wire)
    assert answer.blocked
    assert INFECTION.fullmatch(answer.field("X-Infection-Found"))


def http_fields(answer: Answer) -> list[tuple[str, str]]:
    lines = answer.http_head.decode("latin-1").split("\r\n")[1:-2]
    pairs = (line.partition(":") for line in lines)
    return [(name.lower(), value.strip()) for name, _, value in pairs]


@pytest.mark.parametrize("way", ["download", "upload"])
def test_item_50_block_page(target: Target, way: str) -> None:
    target.virus()
    message = target.download(eicar()) if way == "download" else target.upload(eicar())
    answer = target.ask(message.wire)
    assert answer.blocked
    fields = http_fields(answer)
    assert any(name == "via" and value.startswith("ICAP/1.0 ") for name, value in fields)
    assert ("cache-control", "no-store") in fields
    assert {"expires", "last-modified", "etag", "age"}.isdisjoint(dict(fields))
    assert dict(fields)["content-length"] == str(len(answer.body or b""))


LONG_AGO = "Thu, 01 Dec 1994 16:00:00 GMT"


def test_item_50_expiry_is_not_extended(target: Target) -> None:
    """An expiry is not extended where the message comes back as it was."""
    aged = OK.replace(b"X-Odd", b"Expires: %b\r\nX-Odd" % LONG_AGO.encode())
    answer = target.ask(target.download(response=aged).wire)
    assert [value for name, value in http_fields(answer) if name == "expires"] == [LONG_AGO]
    assert "max-age" not in answer.http_head.decode("latin-1")
    assert answer.body == LETTER


CONNECT = b"CONNECT files.example:443 HTTP/1.1\r\nHost: files.example:443\r\n\r\n"


@pytest.mark.parametrize("preview", [(), (("Preview", "0"),)], ids=["no preview", "preview"])
def test_item_52_connect_twice(target: Target, preview: tuple[tuple[str, str], ...]) -> None:
    message = target.upload(None, CONNECT).having(*preview)
    with target.connect() as line:
        for _ in range(2):
            line.send(message.wire)
            answer = line.read()
            assert answer.status in (200, 204)
            assert answer.status == 204 or answer.message_head == CONNECT
        assert line.pending() == b""


def test_item_52_blocked_connect(strict: Target) -> None:
    request = CONNECT.replace(b"files.example", b"forbidden.example")
    for _ in range(2):
        answer = strict.ask(strict.upload(None, request).allowing(204).wire)
        assert answer.blocked
        assert answer.part_names == ("res-hdr", "res-body")
    assert strict.ask(strict.upload(None, CONNECT).allowing(204).wire).status == 204


def test_item_52_connect_with_a_body(target: Target) -> None:
    """CONNECT has no body of its own; where a client sends one, it is judged like any other."""
    target.virus()
    request = CONNECT.replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain\r\n\r\n")
    answer = target.ask(target.upload(eicar(), request).wire)
    assert answer.blocked
    assert answer.part_names == ("res-hdr", "res-body")
    assert GET not in answer.http_head
