"""What a link proves before the first scan, and how it falls back to INSTREAM."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from scanners.clamav.address import Address
from scanners.clamav.link import open_link
from scanners.clamav.reply import Clean
from scanners.errors import EngineDown
from tests.descriptors import none_left
from tests.scanners.clamav.waiting import Count

FILDES = b"zFILDES\0\0"


class Clamd(Protocol):
    path: Path
    socket: str
    connections: int

    def expect(self, *commands: bytes) -> None: ...
    def take(self, size: int) -> bytes: ...
    def keep(self) -> None: ...
    def say(self, *messages: bytes) -> None: ...
    def open_session(self) -> None: ...
    def wait_for_the_end(self) -> None: ...


def take_stream(clamd: Clamd, name: str) -> None:
    """Read one INSTREAM of one piece and answer it."""
    clamd.expect(b"zINSTREAM\0")
    size = int.from_bytes(clamd.take(4))
    clamd.take(size + 4)
    clamd.say(f"stream: {name} FOUND\0".encode())


@pytest.mark.server
async def test_a_clamd_as_it_should_be(clamd: Clamd) -> None:
    link = await open_link(Address(path=clamd.socket))
    assert (link.transport, link.fault) == ("fildes", "")
    assert link.version.startswith("ClamAV ")
    link.session.end("")


@pytest.mark.server
@pytest.mark.parametrize("setting", ["AlertEncrypted", "AlertExceedsMax"])
async def test_a_clamd_that_skips_in_silence(
    start_clamd: Callable[..., Clamd], setting: str
) -> None:
    clamd = await asyncio.to_thread(start_clamd, f"{setting} no")
    with pytest.raises(EngineDown, match=f"clamd.conf: {setting} yes"):
        await open_link(Address(path=clamd.socket))


@pytest.mark.server
async def test_the_deepest_recursion_allowed_is_still_proved(
    start_clamd: Callable[..., Clamd],
) -> None:
    clamd = await asyncio.to_thread(start_clamd, "MaxRecursion 100")
    link = await open_link(Address(path=clamd.socket))
    link.session.end("")


@pytest.mark.parametrize(
    "refusal",
    [
        b"2: fd[9]: Not a regular file ERROR\0",
        b"2: No file descriptor received. ERROR\0",
        b"2: FILDES support not compiled in. ERROR\0",
        b"",  # a confined clamd cannot receive the descriptor and hangs up
    ],
)
async def test_refused_descriptors_are_followed_by_instream(
    scripted_clamd: Callable[..., Clamd], refusal: bytes
) -> None:
    def script(clamd: Clamd, connection: int) -> None:
        match connection:
            case 1:
                clamd.expect(b"zIDSESSION\0", b"zVERSION\0")
                clamd.say(b"1: ClamAV 1.4.6\0")
                clamd.expect(FILDES)
                clamd.say(refusal)
            case 2:
                clamd.expect(b"zIDSESSION\0", b"zVERSION\0")
                clamd.say(b"1: ClamAV 1.4.6\0")
                clamd.keep()
            case 3:
                take_stream(clamd, "Heuristics.Encrypted.Zip")
            case 4:
                take_stream(clamd, "Heuristics.Limits.Exceeded.MaxRecursion")
            case _:
                clamd.expect(b"zINSTREAM\0", b"\0\0\0\3abc", bytes(4))
                clamd.say(b"stream: OK\0")

    clamd = scripted_clamd(script)
    link = await open_link(Address(path=str(clamd.path)))
    assert link.transport == "instream"
    assert "does not take descriptors" in link.fault
    file = os.memfd_create("file")
    os.write(file, b"abc")
    assert await link.scan(file, 3) == Clean()
    os.close(file)
    link.session.end("")


@pytest.mark.parametrize("said", [b"", b"1: PONG\0", b"1: fd[9]: OK\0", b"1: ClamAV 1.4.6\0"])
async def test_what_is_no_clamd_is_down(
    scripted_clamd: Callable[..., Clamd], said: bytes, open_descriptors: Count
) -> None:
    def script(clamd: Clamd, _: int) -> None:
        clamd.take(20)
        clamd.say(said)

    clamd = scripted_clamd(script)
    before = open_descriptors()
    with pytest.raises(EngineDown, match=r"clamd"):
        await open_link(Address(path=str(clamd.path)))
    await none_left(open_descriptors, before)
