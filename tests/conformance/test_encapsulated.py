"""Items 16 to 23: the Encapsulated field and the heads that it delimits."""

from dataclasses import replace

import pytest

from tests.conformance.messages import GET, LAST, LETTER, OK, PUT, Message
from tests.conformance.targets import Target


def claiming(message: Message, encapsulated: str) -> bytes:
    """Return the request with this value of Encapsulated, whatever follows in truth."""
    return replace(message, encapsulated=encapsulated).wire


def test_item_16_options_without(target: Target) -> None:
    message = target.options()
    assert b"Encapsulated" not in message.wire
    assert target.ask(message.wire).status == 200


def bare(message: Message) -> bytes:
    """Return a request without Encapsulated, and so without anything behind its head."""
    return replace(message, http_request=b"", http_response=b"", body=None, encapsulated="").wire


def test_item_16_respmod_without(target: Target) -> None:
    target.refuses(bare(target.download().allowing(204)), 400)


def test_item_16_reqmod_without(target: Target) -> None:
    target.refuses(bare(target.upload().allowing(204)), 400)


@pytest.mark.parametrize(
    "layout",
    [
        f"req-hdr=0, res-hdr={len(GET)}",
        f"req-hdr=0, req-body={len(GET)}",
        f"req-hdr=0, opt-body={len(GET)}",
        f"res-hdr=0, req-hdr={len(GET)}, res-body={len(GET + OK)}",
        f"req-hdr=0, req-hdr={len(GET)}, res-body={len(GET + OK)}",
        f"req-hdr=0, res-body={len(GET)}, null-body={len(GET + OK)}",
        "res-body=0, res-hdr=10",
        "x-hdr=0, res-body=10",
        "res-body",
        "=0",
        ",",
    ],
)
def test_item_17_lists_that_respmod_cannot_have(target: Target, layout: str) -> None:
    target.refuses(claiming(target.download(), layout), 400)


@pytest.mark.parametrize(
    "layout",
    [
        f"req-hdr=0, res-body={len(PUT)}",
        f"res-hdr=0, req-body={len(PUT)}",
        f"req-hdr=0, res-hdr={len(PUT)}, req-body={len(PUT)}",
        "req-hdr=0",
    ],
)
def test_item_17_lists_that_reqmod_cannot_have(target: Target, layout: str) -> None:
    target.refuses(claiming(target.upload(), layout), 400)


@pytest.mark.parametrize("layout", ["req-hdr=0, null-body=0", "res-body=0", "req-body=0"])
def test_item_17_lists_that_options_cannot_have(target: Target, layout: str) -> None:
    target.refuses(claiming(target.options(), layout), 400)


@pytest.mark.parametrize(
    "offsets",
    [
        (7, len(GET), len(GET + OK)),
        (0, len(GET + OK), len(GET)),
        (0, "-1", len(GET + OK)),
        (0, f"+{len(GET)}", len(GET + OK)),
        (0, hex(len(GET)), len(GET + OK)),
        (0, len(GET), "9" * 40),
        (0, len(GET), 2**32 + len(GET + OK)),
        (0, len(GET), 2**31 - 1),
        (0, len(GET), ""),
        (0, len(GET), f"{len(GET + OK)}a"),
    ],
    ids=[
        "first",
        "falling",
        "negative",
        "plus",
        "hex",
        "overflow",
        "wraps",
        "huge",
        "none",
        "junk",
    ],
)
def test_item_18_offsets(target: Target, offsets: tuple[object, ...]) -> None:
    layout = "req-hdr={}, res-hdr={}, res-body={}".format(*offsets)
    target.refuses(claiming(target.download(), layout), 400)
    target.assert_serves()


@pytest.mark.parametrize(
    "form",
    [
        "req-hdr=0,res-hdr={},res-body={}",
        "req-hdr=0 , res-hdr={} , res-body={}",
        "req-hdr = 0, res-hdr = {}, res-body = {}",
        " req-hdr=0,\tres-hdr={},  res-body={} ",
    ],
)
def test_item_19_blanks(target: Target, form: str) -> None:
    layout = form.format(len(GET), len(GET + OK))
    answer = target.ask(claiming(target.download(), layout))
    assert (answer.status, answer.body) == (200, LETTER)


@pytest.mark.parametrize("shift", [-4, -2, -1, 1, 2, 4])
@pytest.mark.parametrize("which", ["response", "body"])
def test_item_20_offset_beside_the_end_of_a_head(target: Target, which: str, shift: int) -> None:
    response, body = len(GET), len(GET + OK)
    if which == "response":
        response += shift
    else:
        body += shift
    layout = f"req-hdr=0, res-hdr={response}, res-body={body}"
    target.refuses(claiming(target.download(), layout), 400)


def test_item_20_two_heads_in_one(target: Target) -> None:
    """A second head hidden in a part would be seen by the proxy, and not by us."""
    target.refuses(target.download(response=OK + OK).wire, 400)


@pytest.mark.parametrize("preview", [0, 1024])
def test_item_21_null_body_with_preview(target: Target, preview: int) -> None:
    message = target.download(body=None).having(("Preview", str(preview)))
    with target.connect() as line:
        for _ in range(2):
            line.send(message.wire)
            answer = line.read()
            assert answer.status in (200, 204)
            assert not answer.body
        assert line.pending() == b""


def test_item_21_needless_last_chunk(target: Target) -> None:
    message = target.download(body=None).having(("Preview", "0"), ("Connection", "close"))
    with target.connect() as line:
        line.send(message.wire + LAST)
        assert line.read().status in (200, 204)
        assert line.read_rest() == b""


ODD = (
    b"HTTP/1.1 200 All  right\r\ncontent-TYPE:text/plain\r\nX-Empty:\r\nX-Two:  blanks  \r\n"
    b"X-Latin: \xe9t\xe9\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nConnection: keep-alive\r\n\r\n"
)


def test_item_22_response_head_comes_back_exactly(target: Target) -> None:
    answer = target.ask(target.download(response=ODD).wire)
    assert (answer.status, answer.http_head, answer.body) == (200, ODD, LETTER)


def test_item_22_request_head_comes_back_exactly(target: Target) -> None:
    odd = PUT.replace(b"Host: ", b"X-Empty:\r\nX-Two:  blanks \r\nhOST:", 1)
    answer = target.ask(target.upload(request=odd).wire)
    assert (answer.status, answer.http_head, answer.body) == (200, odd, LETTER)


def test_item_22_hop_by_hop_fields_stay_here(target: Target) -> None:
    secret = ("Proxy-Authorization", "Basic c29tZWJvZHk6c2VjcmV0")
    answer = target.ask(target.download().having(secret, ("TE", "trailers")).wire)
    assert answer.status == 200
    assert answer.message_head == OK
    assert {name.lower() for name in answer.names}.isdisjoint({"proxy-authorization", "te"})


@pytest.mark.parametrize("body", [LETTER, None], ids=["body", "null-body"])
def test_item_23_empty_request_head(target: Target, body: bytes | None) -> None:
    message = target.download(body, request=b"")
    name = "null-body" if body is None else "res-body"
    layout = f"req-hdr=0, res-hdr=0, {name}={len(OK)}"
    answer = target.ask(claiming(message, layout))
    assert (answer.status, answer.body or None) == (200, body)
