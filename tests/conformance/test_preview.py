"""Items 27 to 29 and 31: previews and 100 Continue."""

import pytest

from tests.conformance.client import Answer, Line
from tests.conformance.messages import IEOF, LAST, LETTER, chunked, chunks, noise
from tests.conformance.targets import Target

LONG = noise(27, 20_000).hex().encode()
SMALL = 1024


def assert_intact(answer: Answer, body: bytes) -> None:
    """The client ends up with this body: kept (204) or sent back (200)."""
    assert answer.status in (200, 204)
    assert answer.status == 204 or answer.body == body


def assert_in_step(target: Target, line: Line) -> None:
    line.send(target.options().wire)
    assert line.read().status == 200
    assert line.pending() == b""


@pytest.mark.parametrize("body", [LETTER, b""], ids=["some", "nothing"])
@pytest.mark.parametrize("allow", [(), (204,)], ids=["no allow", "allow 204"])
def test_item_27_ieof_ends_the_body(target: Target, body: bytes, allow: tuple[int, ...]) -> None:
    message = target.download(body)
    first, rest = (message.allowing(*allow) if allow else message).preview(SMALL)
    assert not rest
    with target.connect() as line:
        line.send(first)
        assert_intact(line.read(), body)  # "100" is not among its statuses
        assert_in_step(target, line)


@pytest.mark.parametrize("form", [b"0;ieof", b"0 ; ieof", b"0;  ieof"])
def test_item_27_forms_of_ieof(target: Target, form: bytes) -> None:
    head = target.download().having(("Preview", "1024")).head
    with target.connect() as line:
        line.send(head + chunks(LETTER) + form + b"\r\n\r\n")
        assert_intact(line.read(), LETTER)
        assert_in_step(target, line)


@pytest.mark.parametrize("size", [0, 1, SMALL, len(LONG) - 1])
@pytest.mark.parametrize("allow", [(), (204,)], ids=["no allow", "allow 204"])
def test_item_28_the_rest_is_asked_for(target: Target, size: int, allow: tuple[int, ...]) -> None:
    message = target.download(LONG)
    answer = send_in_two(target, *(message.allowing(*allow) if allow else message).preview(size))
    assert_intact(answer, LONG)


def send_in_two(target: Target, first: bytes, rest: bytes) -> Answer:
    with target.connect() as line:
        line.send(first)
        if line.pending(target.seconds).startswith(b"ICAP/1.0 100"):
            line.read_continue()
            line.send(rest)
        answer = line.read()
        assert_in_step(target, line)
        return answer


def test_item_28_the_rest_in_many_chunks(target: Target) -> None:
    first, _ = target.download(LONG).preview(SMALL)
    rest = chunked(LONG[SMALL:], [1, 2, 3, 500, 4096, 7])
    assert_intact(send_in_two(target, first, rest), LONG)


def test_item_29_shorter_than_announced(target: Target) -> None:
    """The preview ends early and without ieof: there may be more."""
    head = target.download(LONG).having(("Preview", "4096")).head
    answer = send_in_two(target, head + chunked(LONG[:100]), chunked(LONG[100:]))
    assert_intact(answer, LONG)


@pytest.mark.parametrize("more", [1, 1_000_000])
def test_item_29_longer_than_announced(target: Target, more: int) -> None:
    body = b"a" * (10 + more)
    head = target.download(body).having(("Preview", "10")).head
    with target.connect() as line:
        line.send(head + chunks(body) + IEOF)
        answer = line.read()
    assert answer.status in (200, 204, 400, 408)
    target.assert_serves()


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("value", ["-1", "1e3", "0x10", "9" * 30, "ten", ""])
def test_item_29_a_preview_that_is_no_number(target: Target, value: str) -> None:
    target.refuses(target.download().having(("Preview", value)).wire, 400)


def test_item_31_continue_waits_for_the_whole_preview(target: Target) -> None:
    first, _ = target.download(LONG).preview(SMALL)
    assert first.endswith(LAST)
    pieces = (first[:50], first[50:-600], first[-600:-5], LAST[:-1])
    with target.connect() as line:
        for piece in pieces:
            line.send(piece)
            assert line.pending(0.05) == b"", "the preview is not whole yet"
        line.send(LAST[-1:])
        assert line.pending(target.seconds), "the preview is whole"


def test_item_31_continue_is_bare(target: Target) -> None:
    first, rest = target.download(LONG).preview(SMALL)
    with target.connect() as line:
        line.send(first)
        if not line.pending(target.seconds).startswith(b"ICAP/1.0 100"):
            pytest.skip("not shown: the preview is enough for this server")
        line.read_continue()
        assert line.pending() == b""
        line.send(rest)
        assert_intact(line.read(), LONG)
