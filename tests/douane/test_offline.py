"""An inspection with engines of its own, and nothing left of them."""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bench.servers import processes
from douane.child import NotReady
from douane.offline import offline_inspection
from douane.settings import Settings
from douane.settings_file import load_settings
from samples.programs import pe
from scanners.worker.pool import ScanPool, ZygoteFailed
from tests.descriptors import none_left
from verdicts.model import Action
from verdicts.rule_file import RuleFileError
from verdicts.scan_socket import ScanRequest, scan_transfer
from verdicts.spool import Spool, SpoolSpace

Count = Callable[[], Counter[str]]


@pytest.fixture(autouse=True)
async def nothing_left(
    open_descriptors: Count, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    temporary = short_folder / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    await asyncio.to_thread(int)  # the first thread keeps nothing open, but be sure
    before, others = open_descriptors(), set(processes.descendants(os.getpid()))
    yield
    left = set(processes.descendants(os.getpid())) - others  # other tests keep servers running
    assert [processes.command_line(p) for p in left if processes.is_alive(p)] == []
    await none_left(open_descriptors, before)
    assert list(temporary.iterdir()) == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def judge(settings: Settings, data: bytes, name: str) -> tuple[Action, str, str]:
    spool = Spool(SpoolSpace(Path("/"), 2**40, 2**40, 0))
    spool.write(memoryview(data))
    spool.finish()
    async with offline_inspection(settings) as inspection:
        record = await inspection.inspect(scan_transfer(ScanRequest(name, "")), spool)
    spool.close()
    ruling = record.ruling
    return ruling.action, ruling.clause, ruling.verdict.clamav


async def test_a_program_named_photo_is_blocked(settings: Settings) -> None:
    program = pe([b"harmless"])
    assert await judge(settings, program, "photo.jpg") == (Action.BLOCK, "disguise", "")


async def test_an_observer_offline_is_one_too(settings: Settings) -> None:
    observing = settings.policy.model_copy(update={"mode": "monitor"})
    settings = settings.model_copy(update={"policy": observing})
    action, *_ = await judge(settings, pe([b"harmless"]), "photo.jpg")
    assert action is Action.ALLOW


@pytest.mark.server
async def test_with_a_clamd_of_its_own(write: Callable[[str], Path], short_folder: Path) -> None:
    settings = load_settings(write('[clamav]\nofficial_database = "none"')).settings
    action, clause, version = await judge(settings, b"hello", "hello.txt")
    assert (action, clause) == (Action.ALLOW, "clean")
    assert version.startswith("ClamAV ")
    assert not (short_folder / "state").exists(), "the service's state is not touched"


async def test_no_clamd_is_said_at_once(
    write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanners.clamav.daemon.find_binary", lambda: None)
    with pytest.raises(NotReady, match="install the package clamav-daemon"):
        await judge(load_settings(write("")).settings, b"x", "x")


async def test_a_worker_that_cannot_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: ScanPool) -> None:
        raise ZygoteFailed("a rule does not compile")

    monkeypatch.setattr(ScanPool, "start", fail)
    with pytest.raises(ZygoteFailed, match="does not compile"):
        await judge(settings, b"x", "x")


async def test_a_broken_policy_starts_nothing(settings: Settings, short_folder: Path) -> None:
    rules = settings.rules.model_copy(update={"directory": short_folder})
    with pytest.raises(RuleFileError, match=r"policy\.toml:1"):
        await judge(settings.model_copy(update={"rules": rules}), b"x", "x")
