"""The manners of a session: order, numbers, lost descriptors, ends of every kind."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from scanners.clamav.address import Address, dial
from scanners.clamav.reply import Answer, Clean, Failed, Found, Version
from scanners.clamav.session import Session

FILDES = b"zFILDES\0\0"
OPEN = b"zIDSESSION\0"


class Clamd(Protocol):
    path: Path
    descriptors: int

    def expect(self, *commands: bytes) -> None: ...
    def say(self, *messages: bytes) -> None: ...
    def wait_for_the_end(self) -> None: ...


Start = Callable[[Callable[[Clamd, int], None]], Clamd]


@pytest.fixture
def file() -> Iterator[int]:
    descriptor = os.memfd_create("file")
    yield descriptor
    os.close(descriptor)


async def open_session(clamd: Clamd) -> Session:
    return Session(await dial(Address(path=str(clamd.path))))


async def scan_all(session: Session, file: int, count: int) -> list[Answer | None]:
    async with asyncio.timeout(10):
        return await asyncio.gather(*(session.scan(file) for _ in range(count)))


async def test_answers_out_of_order_find_their_question(scripted_clamd: Start, file: int) -> None:
    def script(clamd: Clamd, _: int) -> None:
        clamd.expect(OPEN, *[FILDES] * 3)
        clamd.say(b"3: fd[9]: C FOUND\0", b"1: fd[9]: A FOU")
        clamd.say(b"ND\0", b"2: fd[9]: OK\0")
        clamd.wait_for_the_end()

    clamd = scripted_clamd(script)
    session = await open_session(clamd)
    assert await scan_all(session, file, 3) == [Found("A"), Clean(), Found("C")]
    assert clamd.descriptors == 3
    session.end("")


async def test_a_version_torn_by_other_answers(scripted_clamd: Start, file: int) -> None:
    def script(clamd: Clamd, _: int) -> None:
        clamd.expect(OPEN, FILDES, b"zVERSION\0", FILDES)
        clamd.say(b"2: 1: fd[9]: A FOUND\0", b"3: fd[9]: OK\0", b"ClamAV 1.4.6\0")
        clamd.wait_for_the_end()

    session = await open_session(scripted_clamd(script))
    async with asyncio.timeout(10):
        scan, version, later = await asyncio.gather(
            session.scan(file), session.version(), session.scan(file)
        )
    assert (scan, version, later) == (Found("A"), Version("ClamAV 1.4.6"), Clean())
    session.end("")


@pytest.mark.parametrize(
    "said, first, why",
    [
        (b"2: fd[9]: OK\0garbage\0", None, "no question asked for"),
        (b"1: fd[9]: OK\0" * 2, Clean(), "no question asked for"),
        (b"9: fd[9]: OK\0", None, "no question asked for"),
        (b"stream: OK\0", None, "no question asked for"),
        (b"ClamAV 1.4.6\0", None, "no question asked for"),
        (b"1: ClamAV 1.4.6\0", None, "answered a question with"),
        (b"1: PONG\0", None, "no question asked for"),
        (b"2: 1: fd[9]: OK\0", None, "which it was not asked"),
        (b"1: 2: fd[9]: OK\0", None, "which it was not asked"),
        (b"1: No file descriptor received. ERROR\0", None, "lost a descriptor"),
        (b"2: No file descriptor received. ERROR\0001: fd[9]: OK\0", None, "lost a descriptor"),
        (b"1: fd[9]: Exceeded time limit ERROR\0", Failed("Exceeded time limit"), "out of time"),
        (b"COMMAND READ TIMED OUT\n", None, "TimedOut"),
        (b"1: fd[9]: OK", None, "closed the session"),
        (b"", None, "closed the session"),
        (b"x" * 5000, None, "no question asked for"),
    ],
)
async def test_what_ends_a_session_answers_nothing_by_guess(
    scripted_clamd: Start, file: int, said: bytes, first: Answer | None, why: str
) -> None:
    def script(clamd: Clamd, _: int) -> None:
        clamd.expect(OPEN, *[FILDES] * 3)
        clamd.say(said)

    session = await open_session(scripted_clamd(script))
    answers = await scan_all(session, file, 3)
    assert answers[0] == first
    assert answers[2] is None
    assert why in session.fault()
    assert await session.scan(file) is None


async def test_a_forgotten_number_may_be_answered_late(scripted_clamd: Start, file: int) -> None:
    def script(clamd: Clamd, _: int) -> None:
        clamd.expect(OPEN, FILDES, FILDES)
        clamd.say(b"1: fd[9]: TooLate FOUND\0", b"2: fd[9]: OK\0")
        clamd.wait_for_the_end()

    session = await open_session(scripted_clamd(script))
    forgotten = asyncio.ensure_future(session.scan(file))
    await asyncio.sleep(0)
    forgotten.cancel()
    async with asyncio.timeout(10):
        assert await session.scan(file) == Clean()
    assert session.fault() == ""
    session.end("")


async def test_a_full_socket_keeps_the_order_and_skips_the_forgotten(file: int) -> None:
    """Thousands of scans wait while clamd reads nothing; then all are answered, in order."""
    ours, theirs = socket.socketpair()
    session = Session(ours)
    scans = [asyncio.ensure_future(session.scan(file)) for _ in range(1000)]
    await asyncio.sleep(0)
    scans[-1].cancel()
    loop = asyncio.get_running_loop()

    def answer_all() -> int:
        count, read = 0, b""
        theirs.settimeout(10)
        while count < 999:
            data, found, _, _ = socket.recv_fds(theirs, 4096, 1)
            for descriptor in found:
                os.close(descriptor)
            read += data
            while FILDES in read:
                read = read.partition(FILDES)[2]
                count += 1
                theirs.sendall(b"%d: fd[9]: N%d FOUND\0" % (count, count))
        return count

    assert await loop.run_in_executor(None, answer_all) == 999
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*scans[:-1])
    assert answers == [Found(f"N{number}") for number in range(1, 1000)]
    session.end("")
    theirs.close()
