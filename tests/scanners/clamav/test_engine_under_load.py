"""The engine and a real clamd under load, killed, started again, and over TCP."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol

import pytest

from scanners.clamav.engine import Clamav
from scanners.clamav.reports import gap
from scanners.model import Reason, Report
from scanners.settings import ClamavSettings
from tests.descriptors import none_left
from tests.scanners.clamav.waiting import Count, found, until

DOWN = gap(Reason.ENGINE_DOWN, ())


class Clamd(Protocol):
    socket: str

    def start(self) -> None: ...
    def pause(self) -> None: ...
    def kill(self) -> None: ...


@asynccontextmanager
async def engine(place: str, in_flight: int = 64) -> AsyncIterator[Clamav]:
    clamav = Clamav(ClamavSettings(in_flight=in_flight), place)
    clamav.start()
    await clamav.settled()
    try:
        yield clamav
    finally:
        await clamav.stop()


@contextmanager
def memfd(content: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("content")
    os.write(descriptor, content)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


async def scan(clamav: Clamav, content: bytes) -> Report:
    with memfd(content) as descriptor:
        return await clamav.scan(descriptor, len(content), time.monotonic() + 20)


@pytest.mark.server
async def test_hundreds_at_once_are_all_right_and_leave_nothing(
    clamd: Clamd, marker: bytes, open_descriptors: Count
) -> None:
    """Every third is infected; the caller closes its descriptor while clamd still scans."""
    async with engine(clamd.socket, in_flight=32) as clamav:
        await scan(clamav, b"warm")
        before = open_descriptors()
        contents = [os.urandom(3000) + (marker if i % 3 == 0 else b"") for i in range(300)]
        scans = []
        for content in contents:
            with memfd(content) as file:
                scans.append(asyncio.ensure_future(clamav.scan(file, 0, time.monotonic() + 30)))
                await asyncio.sleep(0)
        reports = await asyncio.gather(*scans)
        await none_left(open_descriptors, before)
    infected = found("Test.Marker.UNOFFICIAL")
    assert reports == [infected if i % 3 == 0 else Report() for i in range(300)]


@pytest.mark.server
async def test_versions_torn_by_answers_cost_no_session(
    clamd: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """clamd writes a version in two steps; asked all the time, some are torn (about 1 in 100)."""
    monkeypatch.setattr("scanners.clamav.engine.VERSION_SECONDS", 0)
    async with engine(clamd.socket) as clamav:
        lost: list[None] = []
        monkeypatch.setattr(clamav, "_forget_link", lambda: lost.append(None))
        contents = [i.to_bytes(4) for i in range(4000)]
        assert set(await asyncio.gather(*(scan(clamav, each) for each in contents))) == {Report()}
        assert lost == []


@pytest.mark.server
async def test_clamd_killed_in_mid_flight_and_started_again(clamd: Clamd, marker: bytes) -> None:
    """No scan is lost, none is wrongly clean, and traffic flows again by itself."""
    async with engine(clamd.socket) as clamav:
        assert await scan(clamav, marker) == found("Test.Marker.UNOFFICIAL")
        clamd.pause()
        scans = [asyncio.ensure_future(scan(clamav, marker)) for _ in range(100)]
        await asyncio.sleep(0)
        clamd.kill()
        assert set(await asyncio.gather(*scans)) == {DOWN}
        assert clamav.state.status == "down"
        assert "clamd.sock" in clamav.state.fault
        await asyncio.to_thread(clamd.start)
        assert await until(lambda: clamav.state.status == "up") < 3
        assert await scan(clamav, b"harmless") == Report()


@pytest.mark.server
async def test_a_quick_restart_loses_nothing(
    clamd: Clamd, marker: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanners.clamav.engine.GRACE_SECONDS", 10)
    monkeypatch.setattr("scanners.clamav.engine.RECENT_SECONDS", 10)
    async with engine(clamd.socket) as clamav:
        clamd.pause()
        scans = [asyncio.ensure_future(scan(clamav, marker)) for _ in range(100)]
        await asyncio.sleep(0)
        clamd.kill()
        await asyncio.to_thread(clamd.start)
        assert set(await asyncio.gather(*scans)) == {found("Test.Marker.UNOFFICIAL")}


@pytest.mark.server
async def test_tcp_goes_by_instream(
    start_clamd: Callable[..., Clamd], marker: bytes, free_port: int, open_descriptors: Count
) -> None:
    extra = f"TCPSocket {free_port}\nTCPAddr 127.0.0.1\nStreamMaxLength 1000000"
    await asyncio.to_thread(start_clamd, extra)
    async with engine(f"127.0.0.1:{free_port}", in_flight=4) as clamav:
        assert (clamav.state.transport, clamav.state.fault) == ("instream", "")
        before = open_descriptors()
        contents = [os.urandom(300_000) + (marker if i % 2 else b"") for i in range(20)]
        reports = await asyncio.gather(*(scan(clamav, content) for content in contents))
        infected = found("Test.Marker.UNOFFICIAL")
        assert reports == [infected if i % 2 else Report() for i in range(20)]
        assert await scan(clamav, bytes(5_000_000)) == gap(Reason.TOO_LARGE, ())
        assert await scan(clamav, b"harmless") == Report()
        await none_left(open_descriptors, before)
