"""The engine under load, through deaths of clamd, and at the deadline: always an answer."""

import asyncio
import fcntl
import io
import os
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from scanners.clamav.engine import Clamav, EngineState
from scanners.clamav.probes import deep_probe, zip_of_one
from scanners.clamav.reports import gap
from scanners.model import Code, Reason, Report
from scanners.settings import ClamavSettings
from tests.descriptors import none_left
from tests.scanners.clamav.waiting import Count, found, until

FILDES = b"zFILDES\0\0"
DOWN = gap(Reason.ENGINE_DOWN, ())


class Clamd(Protocol):
    path: Path
    socket: str
    descriptors: int

    def expect(self, *commands: bytes) -> None: ...
    def say(self, *messages: bytes) -> None: ...
    def open_session(self) -> None: ...
    def wait_for_the_end(self) -> None: ...


@asynccontextmanager
async def engine(place: str | Path, in_flight: int = 64) -> AsyncIterator[Clamav]:
    clamav = Clamav(ClamavSettings(in_flight=in_flight), str(place))
    clamav.start()
    await clamav.settled()
    try:
        yield clamav
    finally:
        await clamav.stop()


@contextmanager
def memfd(content: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("content", os.MFD_ALLOW_SEALING)
    os.write(descriptor, content)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


async def scan(clamav: Clamav, content: bytes, seconds: float = 20) -> Report:
    with memfd(content) as descriptor:
        return await clamav.scan(descriptor, len(content), time.monotonic() + seconds)


@pytest.mark.server
async def test_what_clamd_finds(clamd: Clamd, eicar: bytes) -> None:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("eicar.com", eicar)
    async with engine(clamd.socket) as clamav:
        assert clamav.state == EngineState("up", clamav.state.version, "fildes", "")
        assert clamav.state.version.startswith("ClamAV ")
        assert await scan(clamav, eicar) == found("Test.Eicar.UNOFFICIAL")
        assert await scan(clamav, zipped.getvalue()) == found("Test.Eicar.UNOFFICIAL")
        assert await scan(clamav, b"harmless") == Report()
        assert await scan(clamav, b"") == Report()
        assert await scan(clamav, deep_probe(b"noise")) == gap(Reason.TOO_DEEP, ())
        encrypted = await scan(clamav, zip_of_one(b"a", b"secret", encrypted=True))
        assert [part.reason for part in encrypted.unscanned] == [Reason.ENCRYPTED]
        assert [part.code for part in encrypted.detections] == [Code.ARCHIVE_ENCRYPTED]


@pytest.mark.server
async def test_the_path_is_passed_on_and_a_sealed_file_is_read(clamd: Clamd, marker: bytes) -> None:
    async with engine(clamd.socket) as clamav:
        with memfd(marker) as file:
            fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK)
            report = await clamav.scan(file, len(marker), time.monotonic() + 20, ("a", "b"))
    assert [detection.path for detection in report.detections] == [("a", "b")]


@pytest.mark.server
async def test_a_clamd_without_alerts_is_down_and_says_what_to_set(
    start_clamd: Callable[..., Clamd],
) -> None:
    clamd = await asyncio.to_thread(start_clamd, "AlertEncrypted no")
    async with engine(clamd.socket) as clamav:
        assert clamav.state.status == "down"
        assert "AlertEncrypted yes" in clamav.state.fault
        assert await scan(clamav, b"harmless") == DOWN


async def test_without_clamd_the_answer_comes_soon(
    short_folder: Path, open_descriptors: Count
) -> None:
    async with engine(short_folder / "none") as clamav:
        before, began = open_descriptors(), time.monotonic()
        reports = await asyncio.gather(*(scan(clamav, b"x") for _ in range(200)))
        assert set(reports) == {DOWN}
        assert time.monotonic() - began < 4
        await none_left(open_descriptors, before)
        assert clamav.state.status == "down"


async def test_a_scan_waits_for_a_clamd_that_is_just_starting(
    short_folder: Path, scripted_clamd: Callable[..., Clamd]
) -> None:
    def script(clamd: Clamd, _: int) -> None:
        clamd.open_session()
        clamd.expect(FILDES)
        clamd.say(b"4: fd[9]: OK\0")
        clamd.wait_for_the_end()

    async with engine(short_folder / "scripted") as clamav:
        waiting = asyncio.ensure_future(scan(clamav, b"x"))
        await asyncio.sleep(0)
        scripted_clamd(script)
        assert await waiting == Report()


async def test_off_reports_nothing() -> None:
    async with engine("off") as clamav:
        assert await scan(clamav, b"x") == Report()
        assert clamav.state == EngineState("off", "", "", "")


async def test_a_place_that_is_none_is_down() -> None:
    async with engine("nowhere") as clamav:
        assert "neither the path" in clamav.state.fault
        assert await scan(clamav, b"x") == DOWN


@pytest.mark.parametrize("ending", [b"", b"garbage\0", b"5: No file descriptor received. ERROR\0"])
async def test_a_broken_session_is_repeated_once(
    scripted_clamd: Callable[..., Clamd], ending: bytes
) -> None:
    """What was answered stays; what was not is asked again, and only once."""

    def script(clamd: Clamd, connection: int) -> None:
        clamd.open_session()
        if connection == 1:
            clamd.expect(*[FILDES] * 3)
            clamd.say(b"4: fd[9]: First FOUND\0", ending)
        elif connection == 2:
            clamd.expect(*[FILDES] * 2)
            clamd.say(b"4: fd[9]: Second FOUND\0", ending)
        else:
            clamd.wait_for_the_end()

    clamd = scripted_clamd(script)
    async with engine(clamd.path) as clamav:
        reports = await asyncio.gather(*(scan(clamav, b"x") for _ in range(3)))
        assert reports == [found("First"), found("Second"), DOWN]
        await until(lambda: clamav.state.status == "up")


async def test_the_deadline_is_kept_and_late_answers_are_dropped(
    scripted_clamd: Callable[..., Clamd], open_descriptors: Count
) -> None:
    def script(clamd: Clamd, _: int) -> None:
        clamd.open_session()
        clamd.expect(*[FILDES] * 2)
        clamd.say(b"4: fd[9]: Late FOUND\0", b"5: fd[9]: OK\0")
        clamd.wait_for_the_end()

    clamd = scripted_clamd(script)
    async with engine(clamd.path) as clamav:
        before, began = open_descriptors(), time.monotonic()
        assert await scan(clamav, b"x", seconds=0.1) == gap(Reason.TIMED_OUT, ())
        assert time.monotonic() - began < 2
        assert await scan(clamav, b"x") == Report()
        assert await scan(clamav, b"x", seconds=-1) == gap(Reason.TIMED_OUT, ())
        await none_left(open_descriptors, before)


async def test_in_flight_is_bounded_and_first_come_is_first_served(
    scripted_clamd: Callable[..., Clamd],
) -> None:
    seen = []

    def script(clamd: Clamd, _: int) -> None:
        clamd.open_session()
        for number in range(4, 10):
            clamd.expect(*([FILDES] * 2 if number == 4 else [FILDES] if number < 9 else []))
            seen.append(clamd.descriptors)
            clamd.say(b"%d: fd[9]: N%d FOUND\0" % (number, number))
        clamd.wait_for_the_end()

    clamd = scripted_clamd(script)
    async with engine(clamd.path, in_flight=2) as clamav:
        reports = await asyncio.gather(*(scan(clamav, b"x") for _ in range(6)))
    assert reports == [found(f"N{number}") for number in range(4, 10)]
    assert seen == [2 + 2, 5, 6, 7, 8, 8]  # two of them were the probes


async def test_cancelled_scans_leave_nothing(
    scripted_clamd: Callable[..., Clamd], open_descriptors: Count
) -> None:
    def script(clamd: Clamd, _: int) -> None:
        clamd.open_session()
        clamd.wait_for_the_end()

    clamd = scripted_clamd(script)
    async with engine(clamd.path, in_flight=2) as clamav:
        before = open_descriptors()
        scans = [asyncio.ensure_future(scan(clamav, b"x")) for _ in range(10)]
        await asyncio.sleep(0.05)
        for each in scans:
            each.cancel()
        assert all(
            isinstance(end, asyncio.CancelledError)
            for end in await asyncio.gather(*scans, return_exceptions=True)
        )
        await none_left(open_descriptors, before)


async def test_a_stopped_engine_answers_at_once(scripted_clamd: Callable[..., Clamd]) -> None:
    def script(clamd: Clamd, _: int) -> None:
        clamd.open_session()
        clamd.wait_for_the_end()

    clamd = scripted_clamd(script)
    async with engine(clamd.path) as clamav:
        waiting = asyncio.ensure_future(scan(clamav, b"x"))
        await asyncio.sleep(0)
        await clamav.stop()
        assert await waiting == DOWN
        assert await scan(clamav, b"x") == DOWN
        assert clamav.state.fault == "stopped"


async def test_a_clamd_that_hangs_is_found_out(
    scripted_clamd: Callable[..., Clamd], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanners.clamav.engine.VERSION_SECONDS", 0.05)
    monkeypatch.setattr("scanners.clamav.engine.SILENCE_SECONDS", 0.2)

    def script(clamd: Clamd, connection: int) -> None:
        if connection == 1:
            clamd.open_session()
        clamd.wait_for_the_end()

    clamd = scripted_clamd(script)
    async with engine(clamd.path) as clamav:
        await until(lambda: clamav.state.status == "down")
        assert "said nothing" in clamav.state.fault


async def test_the_version_is_kept_up_to_date(
    scripted_clamd: Callable[..., Clamd], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanners.clamav.engine.VERSION_SECONDS", 0.05)

    def script(clamd: Clamd, _: int) -> None:
        clamd.open_session()
        clamd.expect(b"zVERSION\0")
        clamd.say(b"4: ClamAV 1.4.6/27001/later\0")
        clamd.wait_for_the_end()

    clamd = scripted_clamd(script)
    async with engine(clamd.path) as clamav:
        await until(lambda: clamav.state.version == "ClamAV 1.4.6/27001/later")
