"""douane scan: exit status, JSON, hostile names, offline and through a running front."""

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from douane.offline import offline_inspection
from douane.settings_file import load_settings
from douane.state import lock_state, make_state
from samples.programs import pe
from verdicts.scan_socket import ScanSocket
from verdicts.spool import SpoolSpace

Douane = Callable[..., int]
OFF = '[clamav]\nsocket = "off"'


@pytest.fixture
def files(short_folder: Path) -> Path:
    """A folder with a harmless text, a program named like a picture, and hostile names."""
    folder = short_folder / "files"
    folder.mkdir()
    (folder / "notes.txt").write_text("notes\n" * 100)
    (folder / "photo.jpg").write_bytes(pe([b"harmless"]))
    (folder / "a\x1b[2J\u202egpj.exe").write_bytes(pe([b"harmless"]))
    (folder / os.fsdecode(b"\xff\n.txt")).write_text("text\n" * 100)
    return folder


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_statuses_and_words(
    douane: Douane, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean, bad = files / "notes.txt", files / "photo.jpg"
    assert douane("scan", clean) == 0
    assert capsys.readouterr().out == f"{clean}: allow (clean)\n"
    assert douane("scan", clean, bad) == 1
    text = capsys.readouterr().out
    assert f"{bad}: block (suspicious): disguise." in text
    assert douane("scan", "--explain", bad) == 1
    assert "ruling      block by clause disguise" in capsys.readouterr().out


def test_what_cannot_be_read_is_status_2(
    douane: Douane, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other files are scanned all the same, and a pipe is not waited for."""
    os.mkfifo(files / "pipe")
    assert douane("scan", files / "none", files, files / "pipe", files / "photo.jpg") == 2
    said = capsys.readouterr()
    assert "photo.jpg: block" in said.out
    for reason in (
        "none: No such file",
        "files: is a folder; name the files",
        "pipe: Illegal seek",
    ):
        assert reason in said.err


def test_a_file_beyond_the_limit_is_status_2(
    douane: Douane, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    toml = f"{OFF}\n[limits]\nfile_bytes = 10"
    assert douane("scan", files / "notes.txt", toml=toml) == 2
    assert "larger than [limits] file_bytes" in capsys.readouterr().err


def test_json_lines(douane: Douane, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert douane("scan", "--json", *sorted(files.iterdir())) == 1
    rows = lines(capsys)
    assert len(rows) == 4
    assert {row["file_name"]: row["action"] for row in rows}["photo.jpg"] == "block"
    assert all(len(row["sha256"]) == 64 for row in rows)


@pytest.mark.parametrize("shape", [[], ["--explain"]])
def test_hostile_names_are_never_printed_raw(
    douane: Douane, files: Path, shape: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [*files.iterdir(), files / "none\x1b]0;title\x07"]
    assert douane("scan", *shape, *paths) == 2
    said = capsys.readouterr()
    for text in (said.out, said.err):
        assert not set(text) & {"\x1b", "\u202e", "\x07", "\udcff"}
    assert "a\\x1b[2J\\u202egpj.exe: block" in said.out
    assert "\\udcff\\n.txt: allow" in said.out


def test_another_name_and_type(
    douane: Douane, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--json", "--name", "setup.exe", "--declared-type", "Application/X-MSDownload")
    douane("scan", *words, files / "photo.jpg")
    (row,) = lines(capsys)
    assert row["file_name"] == "setup.exe"
    assert row["declared_type"] == "application/x-msdownload"
    assert (row["action"], row["detections"]) == ("allow", [])


def test_rules_that_cannot_be_used_are_status_2(
    douane: Douane, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert douane("scan", files / "notes.txt", toml=f'{OFF}\n[rules]\ndirectory = "none"') == 2
    assert "policy.toml:1: No such file" in capsys.readouterr().err


@pytest.fixture
def front(write: Callable[[str], Path]) -> Iterator[Path]:
    """A running front's scan socket, over engines of its own; yields the run directory."""
    settings = load_settings(write(OFF)).settings
    lock = lock_state(settings)
    ready, loop, done = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        space = SpoolSpace(settings.spool_directory, 0, 0, 2**30)
        async with offline_inspection(settings) as inspection:
            path = settings.run_directory / "front-0.sock"
            scans = ScanSocket(path, inspection, space, 100_000)
            await scans.start()
            ready.set()
            await done.wait()
            await scans.stop()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(30)
    yield settings.run_directory
    loop.call_soon_threadsafe(done.set)
    thread.join()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    os.close(lock)


def test_a_running_service_does_the_work(
    douane: Douane,
    files: Path,
    front: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("douane.commands.scan.offline_inspection", None)
    assert douane("scan", files / "notes.txt", files / "photo.jpg", files / "none") == 2
    said = capsys.readouterr()
    assert said.out.split("\n")[0] == f"{files}/notes.txt: allow (clean)"
    assert "photo.jpg: block" in said.out
    assert "none: No such file" in said.err
    (files / "notes.txt").write_bytes(bytes(100_001))
    assert douane("scan", files / "notes.txt") == 2
    assert "larger than 100000 bytes" in capsys.readouterr().err


def test_what_a_killed_service_left_is_no_service(
    douane: Douane, write: Callable[[str], Path], files: Path
) -> None:
    settings = load_settings(write(OFF)).settings
    make_state(settings)
    (settings.run_directory / "front-0.sock").touch()
    (settings.run_directory / "lock").touch()
    assert douane("scan", files / "notes.txt") == 0


def test_a_service_that_takes_no_files_is_said_so(
    douane: Douane, write: Callable[[str], Path], files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = lock_state(load_settings(write(OFF)).settings)
    assert douane("scan", files / "notes.txt") == 2
    assert "is `douane serve` running?" in capsys.readouterr().err
    assert douane("scan", "--offline", files / "notes.txt") == 0
    os.close(lock)


@pytest.mark.server
def test_with_a_clamd_of_its_own(
    douane: Douane, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert douane("scan", "--json", files / "notes.txt", toml="") == 0
    (row,) = lines(capsys)
    assert row["clamav"].startswith("ClamAV ")
