"""The whole service: what dies is replaced, what starts can be stopped, and nothing is left."""

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import httpx
import pytest

from bench.servers import processes
from bench.servers.daemon import NotReady, wait_until
from bench.servers.douane import COMMAND, Douane, Value, to_toml

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
PARTS = ("douane.processes.front", "douane.processes.ledger", "douane.processes.api", "clamd")
Tables = Mapping[str, Mapping[str, Value]]
LISTEN: Tables = {"icap": {"listen": "127.0.0.1:0", "fronts": 1}, "api": {"listen": "127.0.0.1:0"}}


@pytest.fixture
def service(short_folder: Path) -> Iterator[Douane]:
    with Douane(short_folder) as running:
        yield running


@pytest.fixture
def begin(short_folder: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start `douane serve` without waiting for it; its words go to `log`."""
    started: list[subprocess.Popen[bytes]] = []

    def start(settings: Tables | None = None) -> subprocess.Popen[bytes]:
        path = short_folder / "douane.toml"
        tables: Tables = {"state": {"directory": str(short_folder / "state")}}
        path.write_text(to_toml({**tables, **LISTEN, **(settings or {})}))
        with (short_folder / "log").open("ab") as log:
            command = [str(COMMAND), "serve", "--config", str(path)]
            started.append(
                subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def ready(service: Douane) -> bool:
    try:
        return httpx.get(f"{service.api_url}/v1/health/ready", trust_env=False).is_success
    except httpx.TransportError:
        return False


def scan(url: str, key: str, data: bytes) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.post(f"{url}/v1/scans", content=data, headers=headers, trust_env=False)
    return dict(answer.raise_for_status().json())


def find(service: Douane, part: str) -> list[int]:
    children = processes.children(service.pid)
    return [p for p in children if part in processes.command_line(p) and processes.is_alive(p)]


def alive(pids: list[int]) -> list[str]:
    return [processes.command_line(pid) for pid in pids if processes.is_alive(pid)]


def group(leader: int) -> list[int]:
    """Return every living process of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and processes.is_alive(int(entry.name)):
            try:
                if os.getpgid(int(entry.name)) == leader:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def test_whatever_dies_is_replaced(service: Douane) -> None:
    wait_until(lambda: ready(service), 30, "ready at first")
    addresses = json.loads((service.state / "run" / "addresses.json").read_text())
    assert set(addresses) == {"icap", "api", "admin_key_file"}
    for part in PARTS:
        before = find(service, part)
        assert before, part
        os.kill(before[0], signal.SIGKILL)
        wait_until(partial(replaced, service, part, before), 40, f"another {part}")
        wait_until(lambda: ready(service), 40, f"ready after {part}")
        row = scan(service.api_url, service.admin_key, f"after {part}".encode() * 100)
        assert row["action"] == "allow", row
    after = json.loads((service.state / "run" / "addresses.json").read_text())
    assert after == addresses, "the ports stay the same"


def replaced(service: Douane, part: str, before: list[int]) -> bool:
    now = find(service, part)
    return before[0] not in now and len(now) == len(before)


def test_control_c_ends_everything_within_seconds(
    begin: Callable[..., subprocess.Popen[bytes]], short_folder: Path
) -> None:
    """A terminal sends SIGINT to the whole group, clamd included."""
    process = begin()
    started = short_folder / "state" / "run" / "addresses.json"
    wait_until(started.exists, 60, "start")
    members = group(process.pid)
    assert any("clamd" in line for line in alive(members))
    assert set(processes.descendants(process.pid)) <= set(members), "all in one group"
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(10) == 0
    assert alive(members) == []
    assert group(process.pid) == []
    assert not started.exists()
    assert "Traceback" not in (short_folder / "log").read_text()


@pytest.mark.parametrize("word", ["starting clamd", "starting the ledger", "starting 1 fronts"])
def test_sigterm_while_it_starts(
    begin: Callable[..., subprocess.Popen[bytes]], short_folder: Path, word: str
) -> None:
    process = begin()
    log = short_folder / "log"
    wait_until(lambda: word in log.read_text(), 60, word)
    members = group(process.pid)
    process.terminate()
    assert process.wait(20) == 0
    assert alive(members) == []
    assert group(process.pid) == []
    assert "Traceback" not in log.read_text()
    assert "is serving" not in log.read_text()


def test_a_second_signal_does_not_wait_for_requests(service: Douane) -> None:
    left = processes.descendants(service.pid)
    with socket.create_connection(("127.0.0.1", service.icap_port), 10) as client:
        client.sendall(
            b"REQMOD icap://a/reqmod ICAP/1.0\r\nHost: a\r\nAllow: 204\r\n"
            b"Encapsulated: req-hdr=0, req-body=34\r\n\r\n"
            b"PUT http://a.example/ HTTP/1.1\r\n\r\n"
            b"5\r\nhello\r\n"  # and never the rest
        )
        os.kill(service.pid, signal.SIGTERM)
        addresses = service.state / "run" / "addresses.json"
        wait_until(lambda: not addresses.exists(), 10, "the stop begins")
        with pytest.raises(NotReady):
            wait_until(lambda: not service.running, 3, "the first signal waits for the request")
        os.kill(service.pid, signal.SIGTERM)
        wait_until(lambda: not service.running, 10, "the end")
    wait_until(lambda: alive(left) == [], 5, "nothing is left")


def test_nothing_outlives_a_killed_supervisor(service: Douane) -> None:
    left = processes.descendants(service.pid)
    assert any("clamd" in line for line in alive(left))
    os.kill(service.pid, signal.SIGKILL)
    wait_until(lambda: alive(left) == [], 20, "nothing is left")


def test_no_clamd_is_a_gap_until_it_comes(
    begin: Callable[..., subprocess.Popen[bytes]], short_folder: Path
) -> None:
    """clamd without any signature does not start; the service does, and recovers by itself."""
    rules = short_folder / "rules"
    shutil.copytree(ROOT / "rules", rules, ignore=shutil.ignore_patterns("clamav"))
    settings: Tables = {
        "rules": {"directory": str(rules), "watch": True},
        "clamav": {"official_database": "none"},
    }
    begin(settings)
    started = short_folder / "state" / "run" / "addresses.json"
    wait_until(started.exists, 60, "start")
    log = (short_folder / "log").read_text()
    assert "warning: clamd does not start: clamd needs at least one signature" in log

    addresses = json.loads(started.read_text())
    url, key = f"http://{addresses['api']}", Path(addresses["admin_key_file"]).read_text().strip()
    row = scan(url, key, b"text\n" * 100)
    assert (row["action"], row["clause"]) == ("block", "engine-fault")
    shutil.copytree(ROOT / "rules" / "clamav", rules / "clamav")
    wait_until(lambda: scan(url, key, b"text\n" * 100)["action"] == "allow", 40, "recovery")
