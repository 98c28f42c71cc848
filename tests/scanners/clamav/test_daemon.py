"""Our own clamd: what it is told, that it starts as told, and that it learns new rules."""

import asyncio
import os
import pwd
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from scanners.clamav.address import Address
from scanners.clamav.daemon import LARGEST_FILE_BYTES, ClamdUnusable, EmbeddedClamd
from scanners.clamav.engine import Clamav
from scanners.clamav.management import Management
from scanners.errors import EngineDown
from scanners.settings import ClamavSettings, Limits, MiB


class Clamd(Protocol):
    own: EmbeddedClamd
    rules: Path
    socket: str


def settings_of(clamd: EmbeddedClamd) -> dict[str, str]:
    lines = [line for line in clamd.configuration().splitlines() if not line.startswith("#")]
    pairs: list[list[str]] = [line.split(maxsplit=1) for line in lines]
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


def embedded(folder: Path, limits: Limits, scans_at_once: int = 256) -> EmbeddedClamd:
    rules = folder / "rules"
    rules.mkdir(exist_ok=True)
    return EmbeddedClamd(
        folder / "state", rules, folder / "none", limits, scans_at_once=scans_at_once
    )


@pytest.mark.parametrize(
    "limits",
    [
        Limits(),
        Limits(file_bytes=1, unpacked_bytes=1, members=1, depth=1, scan_seconds=1),
        Limits(file_bytes=1500 * MiB, unpacked_bytes=9000 * MiB, members=90_000, depth=30),
    ],
)
def test_limits_lie_above_ours_and_time_below(tmp_path: Path, limits: Limits) -> None:
    settings = settings_of(embedded(tmp_path, limits, scans_at_once=1000))
    assert limits.file_bytes < int(settings["MaxFileSize"]) <= LARGEST_FILE_BYTES
    assert limits.file_bytes < int(settings["StreamMaxLength"])
    assert limits.file_bytes + limits.unpacked_bytes < int(settings["MaxScanSize"])
    assert limits.members < int(settings["MaxFiles"])
    assert limits.depth < int(settings["MaxRecursion"]) <= 100
    assert 0 < int(settings["MaxScanTime"]) < limits.scan_seconds * 1000
    assert int(settings["MaxQueue"]) >= 1000
    assert (settings["AlertExceedsMax"], settings["AlertEncrypted"]) == ("yes", "yes")


def test_no_signature_at_all_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ClamdUnusable, match="at least one signature"):
        embedded(tmp_path, Limits()).refresh()


def test_a_socket_path_too_long_is_said_plainly(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    with pytest.raises(ClamdUnusable, match="too long"):
        embedded(folder, Limits()).refresh()


def test_without_the_program_or_its_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clamd = embedded(tmp_path, Limits())
    monkeypatch.setattr("scanners.clamav.daemon.find_binary", lambda: None)
    with pytest.raises(ClamdUnusable, match="clamav-daemon"):
        clamd.command()
    if os.geteuid() == 0:
        (tmp_path / "rules" / "a.ndb").write_text("A:0:*:aaaaaaaa\n")
        monkeypatch.setattr("scanners.clamav.daemon.USER", "nobody-of-that-name")
        with pytest.raises(ClamdUnusable, match="no user"):
            clamd.refresh()


def test_the_configuration_is_replaced_at_once_and_only_if_it_changed(tmp_path: Path) -> None:
    clamd = embedded(tmp_path, Limits())
    (tmp_path / "rules" / "a.ndb").write_text("A:0:*:aaaaaaaa\n")
    clamd.refresh()
    written = tmp_path / "state" / "clamd" / "clamd.conf"
    kept = tmp_path / "kept"
    os.link(written, kept)
    before = written.stat()
    clamd.refresh()
    after = written.stat()  # but for the time of access, as it has been read
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert written.read_text() == clamd.configuration()
    changed = embedded(tmp_path, Limits(members=20_000))
    changed.refresh()
    assert written.read_text() == changed.configuration()
    assert kept.read_text() == clamd.configuration(), "a reader of the old one reads on"
    assert written.stat().st_mode & 0o777 == 0o644
    assert {path.name for path in written.parent.iterdir()} == {"clamd.conf", "db", "run", "tmp"}


def test_what_was_written_is_known_to_other_processes(tmp_path: Path) -> None:
    clamd = embedded(tmp_path, Limits())
    (tmp_path / "rules" / "a.ndb").write_text("A:0:*:aaaaaaaa\n")
    assert clamd.written_generation() == ""
    clamd.refresh()
    assert embedded(tmp_path, Limits()).written_generation() == clamd.generation != ""


@pytest.mark.server
def test_it_runs_as_told_and_only_we_reach_it(clamd: Clamd) -> None:
    socket = clamd.own.socket
    assert socket.stat().st_mode & 0o777 == 0o600
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    if os.geteuid() == 0:
        assert socket.stat().st_uid == pwd.getpwnam("clamav").pw_uid
        assert (socket.parent.parent / "clamd.conf").stat().st_uid == 0
    assert not clamd.own.refresh()


@pytest.mark.server
def test_leftovers_of_a_killed_clamd_are_cleared(clamd: Clamd, tmp_path: Path) -> None:
    unpacked = clamd.own.socket.parent.parent / "tmp"
    (unpacked / "clamav-1").mkdir()
    (unpacked / "clamav-1" / "member").write_text("x")
    (unpacked / "link").symlink_to(tmp_path)
    clamd.own.command()
    assert list(unpacked.iterdir()) == []
    assert tmp_path.is_dir()


@pytest.mark.server
async def test_it_learns_a_new_rule_while_it_runs(clamd: Clamd) -> None:
    clamav = Clamav(ClamavSettings(), clamd.socket)
    clamav.start()
    descriptor = os.memfd_create("file")
    os.write(descriptor, b"a quite new thing")

    async def names() -> list[str]:
        report = await clamav.scan(descriptor, 17, time.monotonic() + 20)
        assert not report.unscanned
        return [detection.name for detection in report.detections]

    assert await names() == []
    (clamd.rules / "new.ndb").write_text(f"New.Thing:0:*:{b'quite new thing'.hex()}\n")
    assert clamd.own.refresh()
    await asyncio.to_thread(Management(Address(path=clamd.socket)).reload)
    for _ in range(500):
        if await names() == ["New.Thing.UNOFFICIAL"]:
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("the new rule was not loaded within ten seconds")
    assert clamav.state.status == "up"
    await clamav.stop()
    os.close(descriptor)


async def test_not_ready_in_time(tmp_path: Path) -> None:
    with pytest.raises(EngineDown, match="not ready"):
        await embedded(tmp_path, Limits()).wait_ready(0.2)


async def test_not_ready_while_it_says_nothing(
    scripted_clamd: Callable[..., object], short_folder: Path
) -> None:
    clamd = embedded(short_folder, Limits())
    scripted_clamd(lambda clamd, _: clamd.wait_for_the_end())
    clamd.socket = short_folder / "scripted"
    with pytest.raises(EngineDown, match="not ready"):
        await clamd.wait_ready(0.2)


def test_the_age_of_the_official_database(tmp_path: Path) -> None:
    assert embedded(tmp_path, Limits()).official_database() is None
    (tmp_path / "none").mkdir()
    header = f"ClamAV-VDB:now:27000:62:90:{'0' * 32}:sig:builder:1700000000"
    (tmp_path / "none" / "daily.cvd").write_text(header)
    age = embedded(tmp_path, Limits()).official_database()
    assert age is not None
    assert (age.name, age.version, age.built_at.year) == ("daily.cvd", 27000, 2023)
