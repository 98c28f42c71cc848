"""Items 35 to 37 and 51: messages that pass come to no harm."""

from array import array
from dataclasses import replace

import pytest

from tests.conformance.client import Answer
from tests.conformance.messages import GET, LETTER, OK, PUT, Message, chunked, noise
from tests.conformance.targets import Target

KiB = 1024
MiB = 1024 * KiB
BINARY = OK.replace(b"text/plain", b"application/octet-stream")
FILE = GET.replace(b"notes.txt", b"data.bin")


def framed(message: Message, body: bytes, sizes: list[int]) -> bytes:
    return message.head + chunked(body, sizes)


@pytest.mark.parametrize(
    "length, size",
    [(0, 1), (1, 1), (3000, 1), (10_000, 7), (64 * KiB, 4096), (300_001, 65_536), (MiB, MiB)],
)
def test_item_35_download_comes_back(target: Target, length: int, size: int) -> None:
    body = noise(length, length)
    message = target.download(body, BINARY, FILE)
    answer = target.ask(framed(message, body, [size] * (length // size)))
    assert (answer.status, answer.message_head, answer.body) == (200, BINARY, body)
    assert answer.part_names == ("res-hdr", "res-body")


@pytest.mark.parametrize("seed", range(12))
def test_item_35_any_body_in_any_chunks(target: Target, seed: int) -> None:
    length, *sizes = array("H", noise(seed, 2 + 2 * 40))
    body = noise(seed, length)
    answer = target.ask(
        framed(target.download(body, BINARY, FILE), body, [size % 5000 for size in sizes])
    )
    assert (answer.status, answer.message_head, answer.body) == (200, BINARY, body)


@pytest.mark.parametrize("length", [0, 1, 5000, 200_000])
def test_item_35_upload_comes_back(target: Target, length: int) -> None:
    request = PUT.replace(b"notes.txt", b"data.bin").replace(b"text/plain", b"application/x-data")
    body = noise(length, length)
    answer = target.ask(framed(target.upload(body, request), body, [1000] * (length // 1000)))
    assert (answer.status, answer.message_head, answer.body) == (200, request, body)
    assert answer.part_names == ("req-hdr", "req-body")


@pytest.mark.parametrize("allow", ["1204", "2040", "x-204", "206", "trailers"])
def test_item_35_allow_is_a_list_of_words(target: Target, allow: str) -> None:
    answer = target.ask(target.download().having(("Allow", allow)).wire)
    assert answer.status in (200, 206)
    assert answer.status == 206 or answer.body == LETTER


@pytest.mark.parametrize("allow", ["204", "204,206", " trailers , 204 ", "206, 204, trailers"])
def test_item_35_allowed(target: Target, allow: str) -> None:
    """204 or the whole message, and 206 only where that is in the list."""
    answer = target.ask(target.download().having(("Allow", allow)).wire)
    assert answer.status in (200, 204, *((206,) if "206" in allow else ()))
    assert answer.status != 200 or answer.body == LETTER


LONG = b"A line of an honest letter.\n" * 500


def after_continue(target: Target, message: Message) -> Answer:
    first, rest = message.preview(1024)
    with target.connect() as line:
        line.send(first)
        if not line.pending(target.seconds).startswith(b"ICAP/1.0 100"):
            pytest.skip("not shown: the preview is enough for this server")
        line.read_continue()
        line.send(rest)
        answer = line.read()
        line.assert_over(answer)
        return answer


def test_item_36_no_204_after_continue(target: Target) -> None:
    answer = after_continue(target, target.download(LONG))
    assert (answer.status, answer.message_head, answer.body) == (200, OK, LONG)


def test_item_36_204_after_continue_where_allowed(target: Target) -> None:
    answer = after_continue(target, target.download(LONG).allowing(204))
    assert answer.status in (200, 204)
    assert answer.status == 204 or answer.body == LONG


def test_item_37_never_206_unasked(target: Target) -> None:
    for allow in ("204", "1206", "trailers"):
        message = target.download(LONG).having(("Allow", allow))
        assert target.ask(message.wire).status in (200, 204)
        assert after_continue(target, message).status in (200, 204)
    assert target.ask(target.download(LONG).wire).status == 200


def test_item_37_never_offered_unasked(target: Target) -> None:
    assert "206" not in target.ask(target.options().wire).field("Allow")


def restored(answer: Answer, original: bytes) -> bytes:
    """Return the body that a client makes of a 206 (draft-icap-ext-partial-content §3)."""
    assert answer.body is not None
    assert answer.original_from is not None
    assert 0 <= answer.original_from <= len(original)
    return answer.body + original[answer.original_from :]


def test_item_37_nothing_is_lost_after_continue(target: Target) -> None:
    """Whatever of 200, 204 and 206 is allowed and chosen, the client ends up with the message."""
    for allow in ((206,), (204, 206)):
        answer = after_continue(target, target.download(LONG).allowing(*allow))
        assert answer.status in (200, 206, *allow)
        if answer.status == 206:
            assert (answer.message_head, restored(answer, LONG)) == (OK, LONG)
        elif answer.status == 200:
            assert (answer.message_head, answer.body) == (OK, LONG)


@pytest.mark.usefixtures("own")
def test_item_37_206_for_a_download(target: Target) -> None:
    answer = target.ask(target.download(LONG).allowing(206).wire)
    assert (answer.status, answer.http_head) == (206, OK)
    assert answer.part_names == ("res-hdr", "res-body")
    assert restored(answer, LONG) == LONG


@pytest.mark.usefixtures("own")
def test_item_37_206_for_an_upload(target: Target) -> None:
    answer = target.ask(target.upload(LONG).allowing(206).wire)
    assert (answer.status, answer.http_head) == (206, PUT)
    assert answer.part_names == ("req-hdr", "req-body")
    assert restored(answer, LONG) == LONG


@pytest.mark.usefixtures("own")
def test_item_37_offered_to_who_offers_it(target: Target) -> None:
    said = target.ask(target.options().having(("Allow", "206, trailers")).wire).field("Allow")
    assert said == "204, 206"


BODILESS = {
    "head": (GET.replace(b"GET", b"HEAD"), OK),
    "304": (GET, b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'),
    "204": (GET, b"HTTP/1.1 204 No Content\r\n\r\n"),
    "205": (GET, b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"),
    "100": (PUT, b"HTTP/1.1 100 Continue\r\n\r\n"),
    "101": (GET, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
}


@pytest.mark.parametrize("request_head, response_head", BODILESS.values(), ids=BODILESS)
def test_item_51_no_body(target: Target, request_head: bytes, response_head: bytes) -> None:
    message = target.download(None, response_head, request_head)
    answer = target.ask(message.wire)
    assert (answer.status, answer.message_head) == (200, response_head)
    assert answer.part_names == ("res-hdr", "null-body")
    assert target.ask(message.allowing(204).wire).status in (200, 204)
    assert target.ask(message.having(("Preview", "0")).wire).status in (200, 204)


def test_item_51_a_request_without_body(target: Target) -> None:
    message = replace(target.upload(None), http_request=GET)
    answer = target.ask(message.wire)
    assert (answer.status, answer.message_head) == (200, GET)
    assert answer.part_names == ("req-hdr", "null-body")
