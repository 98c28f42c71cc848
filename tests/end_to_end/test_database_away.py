"""The database dies, or its disk is full, under load: nothing that was answered is missing."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from bench.servers.daemon import wait_until
from bench.servers.douane import Douane
from bench.servers.postgresql import Postgresql
from tests.end_to_end.traffic import Seen, compare, flowing
from verdicts.ledger.questions import ask_state
from verdicts.ledger.state import LedgerState

pytestmark = [pytest.mark.server]

BASIS = {"clamav": {"socket": "off"}, "workers": {"count": 1}, "icap": {"fronts": 1}}
WAIT_SECONDS = 60.0
Start = Callable[..., Douane]
Connect = Callable[[Douane], httpx.Client]


async def until(condition: Callable[[], bool], what: str) -> None:
    await asyncio.to_thread(wait_until, condition, WAIT_SECONDS, what)


async def answers(seen: Seen, count: int) -> None:
    wanted = seen.answers + count
    await until(lambda: seen.answers >= wanted, f"{count} answers")


def ledger(douane: Douane) -> LedgerState:
    return ask_state(douane.state / "run/ledger.sock")


@pytest.fixture
def server(short_folder: Path) -> Iterator[Postgresql]:
    """A server of our own, to be killed."""
    folder = short_folder / "pg"
    folder.mkdir(mode=0o755)
    short_folder.chmod(0o755)
    with Postgresql(folder) as running:
        yield running


async def test_server_killed_and_back(
    start_douane: Start, connect_api: Connect, server: Postgresql
) -> None:
    """Meanwhile every answer is given, blocks included, as fast as before."""
    url = server.create_database()
    douane = await asyncio.to_thread(start_douane, {**BASIS, "database": {"url": url}})
    api = connect_api(douane)
    async with flowing(douane, 1) as seen:
        await answers(seen, 20)
        for _ in range(2):
            server.kill()
            await answers(seen, 100)
            await until(lambda: ledger(douane).journal_records > 0, "records in the journal")
            ready = await asyncio.to_thread(api.get, "/v1/health/ready")
            assert ready.status_code == 200, "they are kept"
            assert "records wait in the journal" in ready.text
            listed = await asyncio.to_thread(api.get, "/v1/verdicts")
            assert listed.status_code == 503
            server.start()
            await until(lambda: ledger(douane).database_writable, "the way back")
            assert ledger(douane).journal_records == 0
        await answers(seen, 20)
    assert await asyncio.to_thread(douane.stop) == 0
    assert ledger_lines(douane) >= {"ledger.database_away", "ledger.database_away_over"}
    compare(seen, url)


async def test_service_starts_without_its_server(start_douane: Start, server: Postgresql) -> None:
    url = server.create_database()
    douane = await asyncio.to_thread(start_douane, {**BASIS, "database": {"url": url}})
    await asyncio.to_thread(douane.stop)
    server.kill()
    await asyncio.to_thread(douane.start)
    async with flowing(douane, 2) as seen:
        await answers(seen, 50)
        server.start()
        await until(lambda: ledger(douane).database_writable, "the way back")
    assert await asyncio.to_thread(douane.stop) == 0
    compare(seen, url)


@pytest.fixture
def small_disk(short_folder: Path) -> Iterator[Path]:
    """A file system of its own, small enough to be filled."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    disk = short_folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m,mode=0755", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this container may not mount")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


async def test_disk_is_full_and_has_room_again(start_douane: Start, small_disk: Path) -> None:
    """Database and journal are on the same disk: what the journal has reserved is enough."""
    state = {"directory": str(small_disk / "state")}
    douane = await asyncio.to_thread(start_douane, {**BASIS, "state": state})
    ballast = small_disk / "ballast"
    async with flowing(douane, 3) as seen:
        await answers(seen, 20)
        fill(ballast)
        await answers(seen, 300)
        await until(lambda: ledger(douane).journal_records > 0, "records in the journal")
        ballast.unlink()
        await until(lambda: ledger(douane).database_writable, "the way back")
    assert await asyncio.to_thread(douane.stop) == 0
    assert "ledger.records_lost" not in ledger_lines(douane)
    compare(seen, f"sqlite:///{douane.state}/douane.sqlite")


def fill(ballast: Path) -> None:
    """Take all that is left of a disk."""
    file = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while True:
            os.write(file, bytes(4096))
    os.close(file)


def ledger_lines(douane: Douane) -> set[str]:
    words = douane.log.read_text().replace('"', " ").split()
    return {word for word in words if word.startswith("ledger.")}
