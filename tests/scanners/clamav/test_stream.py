"""INSTREAM with a real clamd over Unix and TCP, and with one that misbehaves."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from scanners.clamav.address import Address
from scanners.clamav.reply import Clean, Failed, Found, Malformed
from scanners.clamav.stream import PIECE_BYTES, scan_stream
from tests.descriptors import none_left
from tests.scanners.clamav.waiting import Count


class Clamd(Protocol):
    path: Path
    socket: str

    def expect(self, *commands: bytes) -> None: ...
    def say(self, *messages: bytes) -> None: ...
    def wait_for_the_end(self) -> None: ...


@contextmanager
def memfd(content: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("content")
    os.write(descriptor, content)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@pytest.mark.server
async def test_every_byte_arrives(clamd: Clamd, marker: bytes) -> None:
    """The marker lies across a border of pieces, and at the very end."""
    address = Address(path=clamd.socket)
    for size in (PIECE_BYTES - 5, 3 * PIECE_BYTES):
        with memfd(bytes(size) + marker) as file:
            assert await scan_stream(address, file, size + len(marker)) == Found(
                "Test.Marker.UNOFFICIAL"
            )
            assert await scan_stream(address, file, size + len(marker) - 1) == Clean()
    with memfd(b"") as file:
        assert await scan_stream(address, file, 0) == Clean()


@pytest.mark.server
@pytest.mark.parametrize("size", [1_000_001, 20_000_000])
async def test_beyond_its_limit_clamd_is_heard_all_the_same(
    start_clamd: Callable[..., Clamd], size: int
) -> None:
    clamd = await asyncio.to_thread(start_clamd, "StreamMaxLength 1000000")
    with memfd(bytes(size)) as file:
        assert await scan_stream(Address(path=clamd.socket), file, size) == Failed(
            "INSTREAM size limit exceeded."
        )


@pytest.mark.parametrize(
    "said, answer",
    [
        (b"stream: OK\0", Clean()),
        (b"1: stream: OK\0", Malformed("a number outside of a session")),
        (b"OK\0", Malformed("OK")),
        (b"stream: OK", None),
        (b"", None),
    ],
)
async def test_answers(scripted_clamd: Callable[..., Clamd], said: bytes, answer: object) -> None:
    def script(clamd: Clamd, _: int) -> None:
        clamd.expect(b"zINSTREAM\0", b"\0\0\0\3abc", bytes(4))
        clamd.say(said)

    clamd = scripted_clamd(script)
    with memfd(b"abc") as file:
        assert await scan_stream(Address(path=str(clamd.path)), file, 3) == answer


async def test_no_clamd_and_a_file_cut_short_give_no_answer(
    scripted_clamd: Callable[..., Clamd], short_folder: Path
) -> None:
    clamd = scripted_clamd(lambda clamd, _: clamd.wait_for_the_end())
    with memfd(b"abc") as file:
        assert await scan_stream(Address(path=str(short_folder / "none")), file, 3) is None
        async with asyncio.timeout(10):
            assert await scan_stream(Address(path=str(clamd.path)), file, 4) is None


async def test_a_cancelled_stream_leaves_no_descriptor(
    scripted_clamd: Callable[..., Clamd], open_descriptors: Count
) -> None:
    clamd = scripted_clamd(lambda clamd, _: clamd.wait_for_the_end())
    with memfd(b"abc") as file:
        before = open_descriptors()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await scan_stream(Address(path=str(clamd.path)), file, 3)
        clamd.stop()  # type: ignore[attr-defined]
        await none_left(open_descriptors, before)
