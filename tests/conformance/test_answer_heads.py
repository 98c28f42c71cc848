"""Items 38, 39, 41, 42, 46, 47 and 49: the form of every kind of answer."""

import re

import pytest

from samples.builders import eicar
from tests.conformance.answers import BLOCKED, CLEAN, ERRORS, EVERY, call
from tests.conformance.messages import GET
from tests.conformance.servers import HEAD_SECONDS
from tests.conformance.targets import Target

ISTAG = re.compile(r'"[\x20-\x21\x23-\x5b\x5d-\x7e]{1,32}"')
VERDICT_FIELD = re.compile(r"(?i)x-(virus|infection|violations|block|wwblock|response-info).*")
each = pytest.mark.parametrize("name", EVERY)


def test_item_38_respmod_has_a_response(target: Target) -> None:
    for name in ("echo", "echo of nothing", "null-body"):
        answer = call(target, name)
        assert answer.status == 200
        assert answer.part_names[0] == "res-hdr"
        assert answer.part_names[1] in ("res-body", "null-body")
        assert answer.http_head.startswith(b"HTTP/1.1 200 ")


def test_item_38_reqmod_has_a_request(target: Target) -> None:
    answer = call(target, "echo of an upload")
    assert answer.status == 200
    assert answer.part_names == ("req-hdr", "req-body")


def test_item_38_a_blocked_upload_has_a_response(target: Target) -> None:
    if not target.inspects:
        pytest.skip("not shown: nothing is blocked here")
    answer = target.ask(target.upload(eicar()).wire)
    assert answer.blocked
    assert answer.part_names == ("res-hdr", "res-body")
    assert answer.body


@each
def test_item_39_istag(target: Target, name: str) -> None:
    assert ISTAG.fullmatch(call(target, name).field("ISTag"))


def test_item_39_istag_of_405(target: Target) -> None:
    wire = target.options().wire
    if not target.respmod or target.respmod == target.reqmod:
        pytest.skip("not shown: the service takes both methods")
    layout = b"Encapsulated: req-hdr=0, null-body=%d\r\n\r\n" % len(GET)
    reqmod = wire.replace(b"OPTIONS", b"REQMOD", 1)[:-2] + layout + GET
    answer = target.ask(reqmod, over=False)
    assert answer.status == 405
    assert ISTAG.fullmatch(answer.field("ISTag"))


def test_item_39_istag_of_408(hurried: Target) -> None:
    with hurried.connect(HEAD_SECONDS + 5) as line:
        line.send(b"OPTIONS ")
        answer = line.read()
    assert answer.status == 408
    assert ISTAG.fullmatch(answer.field("ISTag"))


@pytest.mark.parametrize("name", ERRORS)
def test_item_41_errors(target: Target, name: str) -> None:
    with target.connect() as line:
        line.send(ERRORS[name](target))
        answer = line.read()
        assert answer.status == int(name[:3])
        assert answer.phrase.strip()
        assert answer.parts == (("null-body", 0),)
        if answer.closes:
            assert line.read_rest() == b""
        else:
            line.send(target.options().wire)
            assert line.read().status == 200, "the close was not announced"


@each
def test_item_42_nothing_follows(target: Target, name: str) -> None:
    """On a connection that stays open the next answer follows at once, and nothing else."""
    call(target, name)
    with target.connect() as line:
        line.send(EVERY[name](target))
        answer = line.read()
        line.assert_over(answer)
        if not answer.closes and answer.status < 400:
            line.send(target.options().wire)
            assert line.read().status == 200
            assert line.pending() == b""


@each
def test_item_46_form_of_the_head(target: Target, name: str) -> None:
    raw = call(target, name).raw_head
    assert len(raw) <= 8192
    assert raw.isascii()
    for line in raw[:-4].split(b"\r\n")[1:]:
        assert re.match(rb"[A-Za-z0-9-]+: ", line), line
        assert b"\n" not in line


def test_item_46_a_blocked_file_with_a_long_name(target: Target) -> None:
    target.virus()
    request = GET.replace(b"notes", b"%C3%BC" * 900)
    raw = target.ask(target.download(eicar(), request=request).wire).raw_head
    assert len(raw) <= 8192
    assert raw.isascii()


@pytest.mark.parametrize("name", CLEAN)
def test_item_47_no_verdict_fields_when_clean(target: Target, name: str) -> None:
    answer = call(target, name)
    assert [field for field in answer.names if VERDICT_FIELD.fullmatch(field)] == []


@pytest.mark.parametrize("name", ["options", "204", "echo", *BLOCKED, "404"])
def test_item_49_one_write(target: Target, name: str) -> None:
    """On loopback what is written at once is read at once."""
    with target.connect() as line:
        line.send(EVERY[name](target))
        assert b"\r\n\r\n" in line.sock.recv(65_536)


@each
def test_item_49_place_of_encapsulated(target: Target, name: str) -> None:
    answer = call(target, name)
    if answer.body is None and not answer.http_head:
        assert answer.fields[-1] == ("Encapsulated", "null-body=0")
    elif answer.body is not None:
        assert not answer.raw_head.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("name", BLOCKED)
def test_item_49_verdict_stands_before_encapsulated(target: Target, name: str) -> None:
    answer = call(target, name)
    assert answer.blocked
    place = answer.names.index("Encapsulated")
    verdict = [at for at, field in enumerate(answer.names) if VERDICT_FIELD.fullmatch(field)]
    assert verdict
    assert max(verdict) < place
