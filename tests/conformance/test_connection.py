"""Items 58 to 60, 62 and 64: connections that last, end, and share a server."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.servers.douane import Douane
from icap_server.settings import IcapSettings
from samples.builders import eicar
from tests.conformance.client import Ended, Line
from tests.conformance.messages import GET, LETTER, OK, Message, chunks, noise
from tests.conformance.servers import IDLE_SECONDS, PROGRESS_SECONDS, verdict_of
from tests.conformance.targets import Target

KiB = 1024
SQUID_IDLE_SECONDS = 60  # pconn_timeout


def test_item_58_many_requests_of_all_kinds(target: Target) -> None:
    with target.connect() as line:
        for number in range(20):
            line.send(target.options().wire)
            assert line.read().status == 200
            body = LETTER * (number + 1)
            line.send(target.download(body).wire)
            assert line.read().body == body
            line.send(target.download(None).allowing(204).wire)
            assert line.read().status in (200, 204)
        assert line.pending() == b""


def test_item_58_uploads_and_downloads_alternate(target: Target) -> None:
    if not target.foreign:
        target = replace(target, reqmod="avscan", respmod="avscan")
    with target.connect() as line:
        for number in range(5):
            body = LETTER * (number + 1)
            line.send(target.upload(body).wire)
            assert line.read().body == body
            line.send(target.download(body).wire)
            assert line.read().body == body


def test_item_58_pipelined(target: Target) -> None:
    """All in one write: answered in order, or a proper close after an answer."""
    bodies = [LETTER * (number + 1) for number in range(5)]
    with target.connect() as line:
        line.send(b"".join(target.download(body).wire for body in bodies))
        line.send(target.options().wire)
        for body in bodies:
            answer = line.read()
            assert answer.body == body
            if answer.closes:
                assert line.read_rest() == b""
                return
        assert line.read().field("Methods")
        assert line.pending() == b""


def test_item_59_idle_close(hurried: Target) -> None:
    with hurried.connect(IDLE_SECONDS + 5) as line:
        line.send(hurried.options().wire)
        line.read()
        start = time.monotonic()
        assert line.read_rest() == b"", "a close is no answer"
        assert time.monotonic() - start > IDLE_SECONDS - 1


def test_item_59_not_within_a_request(hurried: Target) -> None:
    """A body that takes longer than a connection may be idle."""
    with hurried.connect() as line:
        line.send(hurried.download().head)
        end = time.monotonic() + IDLE_SECONDS + 1
        while time.monotonic() < end:
            line.send(chunks(b"a"))
            assert line.pending(PROGRESS_SECONDS / 3) == b""
        line.send(b"0\r\n\r\n")
        assert line.read().status == 200


@pytest.mark.usefixtures("own")
def test_item_59_later_than_squid() -> None:
    assert IcapSettings().idle_seconds > SQUID_IDLE_SECONDS


def closing(message: Message) -> bytes:
    return message.having(("Connection", "close")).wire


@pytest.mark.parametrize("kind", ["options", "204", "null-body", "echo"])
def test_item_60_close(target: Target, kind: str) -> None:
    kinds: dict[str, Callable[[], Message]] = {
        "options": target.options,
        "204": lambda: target.download().allowing(204),
        "null-body": lambda: target.download(None),
        "echo": target.download,
    }
    with target.connect() as line:
        line.send(closing(kinds[kind]()))
        answer = line.read()
        assert answer.status in (200, 204)
        assert answer.closes
        assert line.read_rest() == b""


def test_item_60_close_after_all_is_written(target: Target) -> None:
    body = noise(60, 256 * KiB) * 8
    response = OK.replace(b"text/plain", b"application/octet-stream")
    message = target.download(body, response, GET.replace(b"notes.txt", b"data.bin"))
    with target.connect() as line:
        line.send(closing(message))
        assert line.read().body == body
        assert line.read_rest() == b""


def test_item_60_half_close(target: Target) -> None:
    """A client that has shut its sending side still gets its answer."""
    with target.connect() as line:
        line.send(target.download().wire)
        line.finish()
        assert line.read().body == LETTER
        assert line.read_rest() == b""


CLIENTS = 200


def test_item_62_bodies_never_mix(target: Target) -> None:
    """All are under way at once: heads first, then the bodies in two halves, then the answers."""
    bodies = [noise(number, 500 + 37 * number) for number in range(CLIENTS)]
    response = OK.replace(b"text/plain", b"application/octet-stream")
    request = GET.replace(b"notes.txt", b"data.bin")
    lines: list[Line] = []
    try:
        for body in bodies:
            lines.append(target.connect())
            lines[-1].send(target.download(body, response, request).head)
        for line, body in zip(lines, bodies, strict=True):
            line.send(chunks(body[:200]))
        for line, body in reversed(list(zip(lines, bodies, strict=True))):
            line.send(chunks(body[200:]) + b"0\r\n\r\n")
        for line, body in zip(lines, bodies, strict=True):
            answer = line.read()
            assert (answer.status, answer.body) == (200, body)
    finally:
        for line in lines:
            line.sock.close()


def test_item_64_a_block_does_not_outlive_its_request(target: Target) -> None:
    target.virus()
    with target.connect() as line:
        for _ in range(2):
            line.send(target.virus().wire)
            blocked = line.read()
            assert blocked.blocked
            if blocked.closes:
                pytest.skip("not shown: a block ends the connection")
            line.send(target.download().wire)
            answer = line.read()
            assert (answer.message_head, answer.body) == (OK, LETTER)
            assert not [name for name in answer.names if name.startswith("X-Infection")]


def test_item_64_an_unfinished_request_is_forgotten(target: Target) -> None:
    """A virus begun on one connection and ended on another is no virus to anybody."""
    virus = target.virus()
    cut = len(virus.head) + 30
    with target.connect() as first, target.connect() as second:
        first.send(virus.wire[:cut])
        second.send(target.download().wire)
        assert second.read().body == LETTER
        first.send(virus.wire[cut:])
        assert first.read().blocked


def test_item_64_a_range_is_a_part(target: Target, own: Douane) -> None:
    """Half a virus is no virus, and the verdict says that it saw half a file."""
    answer = target.ask(part(target, 0, 40, "alone").wire)
    assert answer.status == 200
    assert verdict_of(own, answer).gaps == {"partial"}


def test_item_64_parts_of_two_clients_are_not_joined(target: Target, own: Douane) -> None:
    first = part(target, 0, 40, "two").having(("X-Client-IP", "192.0.2.1"))
    second = part(target, 40, 68, "two").having(("X-Client-IP", "192.0.2.2"))
    for message in (first, second):
        answer = target.ask(message.wire)
        assert not answer.blocked
        assert verdict_of(own, answer).gaps == {"partial"}


def part(target: Target, start: int, stop: int, name: str) -> Message:
    """Return the download of one range of the test file."""
    response = (
        "HTTP/1.1 206 Partial Content\r\nContent-Type: application/octet-stream\r\n"
        f'ETag: "{name}"\r\nContent-Range: bytes {start}-{stop - 1}/68\r\n\r\n'
    )
    request = GET.replace(b"notes.txt", f"{name}.bin".encode())
    return target.download(eicar()[start:stop], response.encode(), request)


def test_item_64_the_end_of_a_connection_is_clean(target: Target) -> None:
    with target.connect() as line:
        line.send(target.options().wire)
        assert line.read().status == 200
        line.finish()
        with pytest.raises(Ended):
            line.read()
