"""Which clamd the service uses, and what is said about it."""

import asyncio
import os
import re
import shutil
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from douane import clamav
from douane.child import CannotStart
from douane.clamav import ClamavDaemon
from douane.settings import Settings
from douane.settings_file import load_settings
from scanners.clamav.management import Management

Write = Callable[[str], Path]
RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture
def make(write: Write) -> Callable[[str], ClamavDaemon]:
    return lambda toml: ClamavDaemon(load_settings(write(toml)).settings)


def database(folder: Path, built: datetime) -> None:
    """The header of an official database file is all that its age needs."""
    folder.mkdir()
    stamp = int(built.timestamp())
    fields = f"ClamAV-VDB:date:27000:1:90:md5:sig:builder:{stamp}"
    (folder / "daily.cvd").write_bytes(fields.encode().ljust(512) + struct.pack("I", 0))


def test_off_is_said_and_starts_nothing(make: Callable[[str], ClamavDaemon]) -> None:
    daemon = make('[clamav]\nsocket = "off"')
    assert (daemon.child(), daemon.look(), daemon.embedded) == (None, "off", None)
    assert "switched off" in daemon.warnings()[0]


@pytest.mark.parametrize("socket", ["/nonexistent/clamd.sock", "127.0.0.1:1"])
def test_a_configured_one_is_not_started(make: Callable[[str], ClamavDaemon], socket: str) -> None:
    daemon = make(f'[clamav]\nsocket = "{socket}"')
    assert (daemon.child(), daemon.socket, daemon.warnings()) == (None, socket, [])


def test_an_absent_one_is_logged_once(make: Callable[[str], ClamavDaemon]) -> None:
    daemon = make('[clamav]\nsocket = "/nonexistent/clamd.sock"')
    with capture_logs() as lines:
        assert [daemon.look() for _ in range(3)] == [""] * 3
    assert [line["event"] for line in lines] == ["clamav.away"]


def test_nonsense_for_a_socket_is_a_fault_and_no_crash(settings: Settings) -> None:
    wrong = settings.clamav.model_copy(update={"socket": "nonsense"})
    with capture_logs() as lines:
        assert ClamavDaemon(settings.model_copy(update={"clamav": wrong})).look() == ""
    assert "neither the path" in lines[0]["reason"]


def test_auto_starts_an_own_one_in_the_state(
    make: Callable[[str], ClamavDaemon], short_folder: Path
) -> None:
    daemon = make("")
    child = daemon.child()
    assert child is not None
    assert child.name == "clamd"
    assert Path(daemon.socket).is_relative_to(short_folder / "state")
    words = list(child.command())
    assert any(word.endswith("clamd") for word in words)
    assert "--pdeathsig=TERM" in words
    assert words[:2] == ["nice", "-n"], "fronts go first"
    assert (short_folder / "state" / "clamd" / "clamd.conf").is_file()


def test_no_program_is_a_reason_and_not_the_end(
    make: Callable[[str], ClamavDaemon], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installed while the service runs, it is found at the next attempt."""
    monkeypatch.setattr("scanners.clamav.daemon.find_binary", lambda: None)
    monkeypatch.setattr(clamav, "find_binary", lambda: None)
    daemon = make("")
    assert "install the package clamav-daemon" in daemon.warnings()[0]
    child = daemon.child()
    assert child is not None
    with pytest.raises(CannotStart, match="clamav-daemon"):
        child.command()
    monkeypatch.undo()
    assert child.command()


def test_no_signature_at_all_is_a_reason(write: Write, short_folder: Path) -> None:
    rules = short_folder / "rules"
    shutil.copytree(RULES, rules, ignore=shutil.ignore_patterns("clamav"))
    text = f'[rules]\ndirectory = "rules"\n[clamav]\nofficial_database = "{short_folder}/none"'
    daemon = ClamavDaemon(load_settings(write(text)).settings)
    child = daemon.child()
    assert child is not None
    with pytest.raises(CannotStart, match="at least one signature"):
        child.command()
    with capture_logs() as lines:
        assert daemon.look() == ""
    assert "at least one signature" in lines[0]["reason"]


@pytest.mark.parametrize(
    "age, said",
    [
        (None, "no official ClamAV database"),
        (timedelta(days=30), r"daily\.cvd is of \d{4}-\d\d-\d\d: is freshclam running"),
        (timedelta(days=1), ""),
    ],
)
def test_the_age_of_the_database(
    make: Callable[[str], ClamavDaemon], short_folder: Path, age: timedelta | None, said: str
) -> None:
    folder = short_folder / "official"
    if age is not None:
        database(folder, datetime.now(UTC) - age)
    warnings = make(f'[clamav]\nofficial_database = "{folder}"').warnings()
    assert len(warnings) == bool(said)
    assert re.search(said, "".join(warnings))


def test_signatures_that_do_not_load_are_told_once(
    write: Write, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """clamd keeps the old ones when it cannot read the new: nothing else would tell."""
    shutil.copytree(RULES, short_folder / "rules")
    text = f'[rules]\ndirectory = "rules"\n[clamav]\nofficial_database = "{short_folder}/none"'
    daemon = ClamavDaemon(load_settings(write(text)).settings)
    now, loaded = 1000.0, False
    monkeypatch.setattr("douane.clamav.time.monotonic", lambda: now)
    monkeypatch.setattr(Management, "reload", lambda _: None)
    monkeypatch.setattr(Management, "version", lambda _: "ClamAV 1")
    monkeypatch.setattr(Management, "has_loaded", lambda *_: loaded)

    def warnings() -> list[str]:
        with capture_logs() as lines:
            daemon.look()
        return [line["signatures"] for line in lines if line["event"] == "clamav.not_loaded"]

    assert daemon.embedded is not None
    assert warnings() == []
    now += 59
    assert warnings() == []
    now += 2
    assert warnings() == [daemon.embedded.generation]
    now += 100
    assert warnings() == []
    (short_folder / "rules" / "clamav" / "more.ndb").write_text("Broken\n")
    assert warnings() == [], "another generation has its own minute"
    now += 61
    with capture_logs() as lines:
        assert daemon.look() == ""
    assert [line["signatures"] for line in lines] == [daemon.embedded.generation]
    assert "douane rules check" in lines[0]["fix"]
    loaded = True
    assert daemon.look() == f"ClamAV 1/{daemon.embedded.official_generation}"


async def until_loaded(daemon: ClamavDaemon) -> str:
    """RELOAD answers before it is done: poll as the supervisor does, only faster."""
    while not (seen := daemon.look()):  # noqa: ASYNC110 - clamd tells nobody
        await asyncio.sleep(0.05)
    return seen


@pytest.mark.server
async def test_an_own_one_comes_up_follows_its_rules_and_goes(
    write: Write, short_folder: Path
) -> None:
    shutil.copytree(RULES, short_folder / "rules")
    text = f'[rules]\ndirectory = "rules"\n[clamav]\nofficial_database = "{short_folder}/none"'
    daemon = ClamavDaemon(load_settings(write(text)).settings)
    child = daemon.child()
    assert child is not None
    child.start()
    try:
        await child.wait_ready(60)
        before = daemon.look()
        assert before.startswith("ClamAV ")
        assert daemon.look() == before
        assert daemon.embedded is not None
        generation = daemon.embedded.generation
        added = short_folder / "rules" / "clamav" / "more.ndb"
        added.write_text("Test.More:0:*:646f75616e65\n")
        with capture_logs() as lines:
            after = await asyncio.wait_for(until_loaded(daemon), 60)
        assert [line["event"] for line in lines] == ["clamav.reloading"]
        assert after == before, "rules have an id of their own"
        assert daemon.embedded.generation != generation
        pid = child.pid
        assert os.stat(f"/proc/{pid}").st_uid != 0 or os.geteuid() != 0
    finally:
        await child.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
