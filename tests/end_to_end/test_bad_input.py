"""What no honest client sends: the right status or a close, nothing leaked, the next one served."""

import socket
import struct
from collections.abc import Callable, Iterator

import pytest

from bench.clients import send_raw
from bench.requests import respmod
from bench.servers import processes
from bench.servers.douane import Douane

pytestmark = pytest.mark.server

GOOD = respmod("respmod", "text", b"An honest letter.\n" * 100)
HEAD, _, HTTP_AND_BODY = GOOD.partition(b"\r\n\r\n")
ENCAPSULATED = next(line for line in HEAD.split(b"\r\n") if line.startswith(b"Encapsulated"))
FIRST_CHUNK = b"\r\n\r\n6f8\r\n"  # of GOOD: after the HTTP head, 1,784 bytes


def lying(encapsulated: bytes) -> bytes:
    return GOOD.replace(ENCAPSULATED, b"Encapsulated: " + encapsulated)


def first_chunk(line: bytes) -> bytes:
    assert FIRST_CHUNK in GOOD
    return GOOD.replace(FIRST_CHUNK, b"\r\n\r\n" + line + b"\r\n")


BAD = [
    # what, request, allowed statuses; None: a close without a word
    ("no request line", b"\x00\x01\x02\r\n\r\n", {400}),
    ("two words", b"RESPMOD icap://127.0.0.1/respmod\r\n\r\n", {400}),
    ("http", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", {400, 501, 505}),
    ("tls hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32), {400, 408, None}),
    ("unknown method", GOOD.replace(b"RESPMOD", b"FILEMOD", 1), {501}),
    ("small letters", GOOD.replace(b"RESPMOD", b"respmod", 1), {501}),
    ("version", GOOD.replace(b"ICAP/1.0", b"ICAP/2.0", 1), {505}),
    ("unknown service", GOOD.replace(b"/respmod ", b"/nothing ", 1), {404}),
    ("wrong method", GOOD.replace(b"/respmod ", b"/reqmod ", 1), {405}),
    ("NUL in a field", GOOD.replace(b"Allow: 204", b"Allow: \x00204", 1), {400}),
    ("long line", b"OPTIONS icap://127.0.0.1/" + b"a" * 100_000 + b" ICAP/1.0\r\n\r\n", {400}),
    ("long field", HEAD + b"\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n", {400}),
    ("many fields", HEAD + b"\r\nX-Many: a" * 20_000 + b"\r\n\r\n", {400}),
    ("no Encapsulated", GOOD.replace(ENCAPSULATED + b"\r\n\r\n", b"X: y\r\n\r\n"), {400}),
    ("offset behind the head", lying(b"req-hdr=0, res-hdr=9999, res-body=19999"), {400, None}),
    ("offset behind all caps", lying(b"req-hdr=0, res-hdr=9999, res-body=9999999"), {400}),
    ("offset too small", lying(b"req-hdr=0, res-hdr=3, res-body=9"), {400}),
    ("offsets fall", lying(b"req-hdr=0, res-hdr=120, res-body=60"), {400}),
    ("first not zero", lying(b"req-hdr=7, res-hdr=80, res-body=160"), {400}),
    ("offset overflows", lying(b"req-hdr=0, res-body=" + b"9" * 40), {400}),
    ("negative offset", lying(b"req-hdr=0, res-body=-1"), {400}),
    ("unknown part", lying(b"req-hdr=0, opt-body=60"), {400}),
    ("two bodies", lying(b"req-body=0, res-body=60"), {400}),
    ("chunk size overflows", first_chunk(b"f" * 17), {400}),
    ("huge chunk size", first_chunk(b"7fffffffffffffff"), {400, None}),
    ("negative chunk size", first_chunk(b"-6f8"), {400}),
    ("0x chunk size", first_chunk(b"0x6f8"), {400}),
    ("no chunk size", first_chunk(b""), {400}),
    ("long chunk line", first_chunk(b"6f8;" + b"a" * 100_000), {400}),
    ("chunk too short", first_chunk(b"6f0"), {400}),
    ("chunk too long", first_chunk(b"6ff"), {400, None}),
    ("half a head", GOOD[:40], {400, 408, None}),
    ("half an HTTP head", GOOD[: len(HEAD) + 30], {400, 408, None}),
    ("half a body", GOOD[:-300], {400, 408, None}),
    ("no last chunk", GOOD[:-5], {400, 408, None}),
]
NAMES = [name for name, *_ in BAD]


def status(reply: bytes) -> int | None:
    if not reply:
        return None
    assert reply.startswith(b"ICAP/1.0 "), reply[:100]
    return int(reply[9:12])


@pytest.fixture
def no_traceback(douane: Douane) -> Iterator[None]:
    start = douane.log.stat().st_size
    yield
    with douane.log.open("rb") as log:
        log.seek(start)
        assert b"Traceback" not in log.read()


def assert_serves(douane: Douane) -> None:
    reply = send_raw(douane.icap_port, GOOD)
    assert status(reply) == 204, reply[:200]


@pytest.mark.usefixtures("no_traceback")
@pytest.mark.parametrize("request_bytes, allowed", [row[1:] for row in BAD], ids=NAMES)
def test_status(douane: Douane, request_bytes: bytes, allowed: set[int | None]) -> None:
    reply = send_raw(douane.icap_port, request_bytes)
    assert status(reply) in allowed, reply[:300]
    assert reply.count(b"ICAP/1.0 ") <= 1, "what follows a bad request is no second request"
    assert_serves(douane)


@pytest.mark.usefixtures("no_traceback")
def test_a_good_request_goes_before(douane: Douane) -> None:
    reply = send_raw(douane.icap_port, GOOD + first_chunk(b"zz"))
    assert status(reply) == 204
    assert b"ICAP/1.0 400" in reply


@pytest.mark.usefixtures("no_traceback")
def test_clients_that_vanish(douane: Douane) -> None:
    """A reset at every place of a request, the answer unread."""
    for cut in range(1, len(GOOD), 61):
        vanish(douane.icap_port, GOOD[:cut])
    vanish(douane.icap_port, GOOD)
    assert_serves(douane)


def vanish(port: int, request: bytes) -> None:
    connection = socket.create_connection(("127.0.0.1", port), 10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.sendall(request)
    connection.close()


@pytest.mark.usefixtures("no_traceback")
def test_nothing_leaks(
    start_douane: Callable[..., Douane], eventually: Callable[..., None]
) -> None:
    douane = start_douane({"clamav": {"socket": "off"}})
    abuse(douane, rounds=3)  # first use allocates what is kept for good
    before = {pid: processes.descriptor_count(pid) for pid in processes.descendants(douane.pid)}
    memory = {pid: processes.resident_bytes(pid) for pid in before}
    threads = {pid: processes.thread_count(pid) for pid in before}

    abuse(douane, rounds=20)

    for pid, count in before.items():
        eventually(lambda pid=pid, count=count: processes.descriptor_count(pid) <= count)
        assert processes.thread_count(pid) <= threads[pid]
        assert processes.resident_bytes(pid) - memory[pid] < 24 * 1024 * 1024
    assert "Traceback" not in douane.log.read_text()


def abuse(douane: Douane, rounds: int) -> None:
    for _ in range(rounds):
        for _, request, _ in BAD:
            send_raw(douane.icap_port, request)
        for cut in range(1, len(GOOD), 211):
            vanish(douane.icap_port, GOOD[:cut])
