"""Items 34 and 65: clients that leave at any byte, and clients that claim any size."""

import socket
import struct
from collections.abc import Callable

import pytest

from bench.servers import processes
from bench.servers.daemon import wait_until
from bench.servers.douane import Douane
from tests.conformance.client import Line
from tests.conformance.messages import GET, OK, Message
from tests.conformance.targets import Target

KiB = 1024
MiB = 1024 * KiB


def vanish(line: Line) -> None:
    """Reset the connection."""
    line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.sock.close()


def leave(line: Line) -> None:
    line.sock.close()


def leave_at_every_byte(target: Target, wire: bytes, end: Callable[[Line], None]) -> None:
    for cut in range(1, len(wire)):
        line = target.connect()
        line.send(wire[:cut])
        end(line)


def short(target: Target) -> Message:
    """Return a request of few bytes that has every part."""
    return target.download(
        b"An honest letter.", b"HTTP/1.1 200 OK\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"
    )


@pytest.mark.parametrize("end", [vanish, leave])
@pytest.mark.parametrize("preview", [None, 4], ids=["whole", "preview"])
def test_item_34_served_afterwards(
    target: Target, end: Callable[[Line], None], preview: int | None
) -> None:
    message = short(target)
    wire = message.wire if preview is None else message.preview(preview)[0]
    leave_at_every_byte(target, wire, end)
    target.assert_serves()


def held(douane: Douane) -> dict[int, tuple[int, int]]:
    """Return descriptors and threads of every process."""
    return {
        pid: (processes.descriptor_count(pid), processes.thread_count(pid))
        for pid in processes.descendants(douane.pid)
    }


def test_item_34_nothing_is_left(target: Target, own: Douane) -> None:
    target.assert_serves()
    leave_at_every_byte(target, short(target).wire, vanish)  # what is kept for good is there now
    wait_until(lambda: not connections(own), 5, "the connections are gone")
    before = held(own)
    for end in (vanish, leave):
        leave_at_every_byte(target, short(target).wire, end)
        leave_at_every_byte(target, short(target).preview(4)[0], end)
    wait_until(lambda: no_more(held(own), before), 10, "descriptors and threads are let go")
    assert not list((own.state / "spool").glob("*")) if (own.state / "spool").exists() else True
    assert "Traceback" not in own.log.read_text(errors="replace")


def no_more(now: dict[int, tuple[int, int]], before: dict[int, tuple[int, int]]) -> bool:
    return now.keys() == before.keys() and all(
        now[pid][0] <= before[pid][0] and now[pid][1] <= before[pid][1] for pid in now
    )


def connections(douane: Douane) -> int:
    """Count the client connections that are open on Douane's side."""
    port = f":{douane.icap_port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return sum(row[1].endswith(port) and row[3] == "01" for row in rows)


CLAIMS: dict[str, Callable[[Target], bytes]] = {
    "preview": lambda target: target.download().having(("Preview", "999999999")).head,
    "chunk": lambda target: target.download().head + b"7fffffffffffffff\r\n" + bytes(100),
    "offset": lambda target: (
        short(target).icap_head.replace(b"res-body=", b"res-body=131") + GET + OK
    ),
    "huge offset": lambda target: short(target).icap_head.replace(b"body=", b"body=999999"),
    "fields": lambda target: target.options().having(*[("X-Wide", "a" * 7 * KiB)] * 8).wire[:-2],
    "long line": lambda target: b"OPTIONS icap://127.0.0.1/" + b"a" * 8000,
    "content length": lambda target: (
        target.download(
            response=OK.replace(b"X-Odd", b"Content-Length: 99999999999999\r\nX-Odd")
        ).head
    ),
}
LINES = 100


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_item_65_served_meanwhile(target: Target, claim: Callable[[Target], bytes]) -> None:
    """Many connections claim much and send little; others are served as if they were not there."""
    wire = claim(target)
    lines = [target.connect() for _ in range(20)]
    try:
        for line in lines:
            line.send(wire)
        target.assert_serves()
    finally:
        for line in lines:
            line.sock.close()


def test_item_65_memory(target: Target, own: Douane) -> None:
    """What a connection holds is of the size of what was sent, not of what was claimed."""
    claim_all(target)
    before = resident(own)
    claim_all(target)
    assert resident(own) - before < 32 * MiB


def claim_all(target: Target) -> None:
    for claim in CLAIMS.values():
        wire = claim(target)
        lines = [target.connect() for _ in range(LINES)]
        for line in lines:
            line.send(wire)
        target.assert_serves()
        for line in lines:
            line.sock.close()


def test_item_65_memory_while_claimed(target: Target, own: Douane) -> None:
    target.assert_serves()
    before = resident(own)
    lines = [target.connect() for _ in range(LINES * len(CLAIMS))]
    try:
        for line, claim in zip(lines, list(CLAIMS.values()) * LINES, strict=True):
            line.send(claim(target))
        target.assert_serves()
        assert resident(own) - before < len(lines) * 128 * KiB + 16 * MiB
    finally:
        for line in lines:
            line.sock.close()


def resident(douane: Douane) -> int:
    return sum(processes.resident_bytes(pid) for pid in processes.descendants(douane.pid))
