"""The shipped units, snippets and settings are accepted by the programs that they are for."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from douane.cli import build_parser
from douane.settings_file import load_settings

pytestmark = pytest.mark.server

DEPLOY = Path(__file__).parents[2] / "deploy"
DEBIAN_CLAMD_UNIT = Path("/lib/systemd/system/clamav-daemon.service")
NEEDED_BY_WORKERS = {"seccomp", "landlock_restrict_self", "memfd_create", "prlimit64", "clone"}


def exposure(unit: Path) -> float:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def test_the_service_is_shut_in() -> None:
    assert exposure(DEPLOY / "systemd/douane.service") <= 1.5


def test_the_drop_in_shuts_clamd_in(tmp_path: Path) -> None:
    bare = Path(shutil.copy(DEBIAN_CLAMD_UNIT, tmp_path))
    without = exposure(bare)
    shutil.copytree(
        DEPLOY / "systemd/clamav-daemon.service.d", tmp_path / "clamav-daemon.service.d"
    )
    assert exposure(bare) <= 0.5 < without


@pytest.mark.parametrize("unit", ["douane.service", "clamav-daemon.service.d/douane.conf"])
def test_units_hold_no_mistakes(tmp_path: Path, unit: str) -> None:
    """`systemd-analyze verify` warns of unknown keys and values; the program is put in place."""
    source = (DEPLOY / "systemd" / unit).read_text()
    text = re.sub(r"^(Exec\w+)=.*", r"\1=/bin/true", source, flags=re.MULTILINE)
    if unit.endswith(".conf"):
        text += "\nExecStart=/bin/true\n"
    file = tmp_path / "checked.service"
    file.write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", file], capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "checked.service" in line]
    assert not complaints


def test_the_filter_leaves_workers_what_they_need() -> None:
    """A later line that takes away wins over nothing: the last word on each call must allow it."""
    allowed: set[str] = set()
    for line in (DEPLOY / "systemd/douane.service").read_text().splitlines():
        if not line.startswith("SystemCallFilter="):
            continue
        words = line.removeprefix("SystemCallFilter=")
        names = expand(words.removeprefix("~").split())
        allowed = allowed - names if words.startswith("~") else allowed | names
    assert allowed >= NEEDED_BY_WORKERS
    assert not {"mount", "setuid", "chown", "reboot", "init_module", "ptrace", "bpf"} & allowed


def test_a_reload_activates_rules_by_the_settings_of_the_service() -> None:
    """Both are the same program and the same settings, and the words are ones it takes."""
    unit = (DEPLOY / "systemd/douane.service").read_text()
    start, reload = (
        re.search(rf"^{key}=(\S+) (.*)$", unit, re.MULTILINE) for key in ("ExecStart", "ExecReload")
    )
    assert start
    assert reload
    assert start[1] == reload[1]
    parsed = build_parser().parse_args(reload[2].split())
    assert (parsed.action, parsed.what) == ("activate", None)
    assert parsed.config == build_parser().parse_args(start[2].split()).config


def expand(words: list[str]) -> set[str]:
    """Return the system calls that the words name, groups opened."""
    calls: set[str] = set()
    for word in words:
        if not word.startswith("@"):
            calls.add(word)
            continue
        done = subprocess.run(
            ["systemd-analyze", "syscall-filter", "--no-pager", word],
            capture_output=True,
            text=True,
            check=True,
        )
        lines = (line.strip() for line in done.stdout.splitlines()[1:])
        calls |= expand([line for line in lines if line and not line.startswith("#")])
    return calls


def test_squid_accepts_the_snippet(tmp_path: Path) -> None:
    whole = tmp_path / "squid.conf"
    whole.write_text(
        f"http_port 127.0.0.1:3128\nvisible_hostname squid.example\n"
        f"pid_filename {tmp_path}/squid.pid\ncache_log {tmp_path}/cache.log\n"
        f"include {DEPLOY / 'squid/douane.conf'}\n"
    )
    done = subprocess.run(
        ["/usr/sbin/squid", "-n", "parseonly", "-k", "parse", "-f", whole],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    complaints = [line for line in done.stderr.splitlines() if re.search("WARN|ERROR|FATAL", line)]
    assert not complaints


def test_clamd_accepts_the_lines(tmp_path: Path) -> None:
    (tmp_path / "clamd.conf").write_text((DEPLOY / "clamav/douane.conf").read_text())
    done = subprocess.run(
        ["clamconf", f"--config-dir={tmp_path}"], capture_output=True, text=True, check=False
    )
    assert "ERROR" not in done.stdout + done.stderr
    assert re.search(r'AlertExceedsMax = "yes"', done.stdout), done.stdout[:500]


def test_the_settings_are_ours() -> None:
    settings = load_settings(DEPLOY / "douane.toml").settings
    assert settings.state.directory == Path("/var/lib/douane")
    assert settings.clamav.socket == "/run/clamav/clamd.ctl"
