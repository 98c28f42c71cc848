"""Processes that are thrown away: limits hold, and each way to end is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanners.rules.throwaway import MEMORY_BYTES, PROJECT, ThrowawayFailed, run_throwaway

LIMITED = "from scanners.rules.throwaway import *; limit_this_process(7); "


def python(code: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", LIMITED + code]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, check=False, timeout=60)


def test_limits_hold() -> None:
    names = "RLIMIT_AS RLIMIT_CPU RLIMIT_CORE RLIMIT_FSIZE".split()
    asked = ", ".join(f"resource.getrlimit(resource.{name})[1]" for name in names)
    assert python(f"print({asked})").stdout.split() == [b"%d" % MEMORY_BYTES, b"7", b"0", b"0"]


def test_memory_is_bounded() -> None:
    done = python(f"bytes({MEMORY_BYTES})")
    assert done.returncode == 1
    assert b"MemoryError" in done.stderr


def test_what_it_prints_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_throwaway("json.tool", seconds=60, given=b'{"a": [1]}') == {"a": [1]}


def test_a_failure_says_its_last_line() -> None:
    with pytest.raises(ThrowawayFailed, match=r"^failed: Expecting value"):
        run_throwaway("json.tool", seconds=60, given=b"x")


def test_one_that_does_not_end_is_ended() -> None:
    with pytest.raises(ThrowawayFailed, match=r"^did not end within 0.001 s"):
        run_throwaway("json.tool", seconds=0.001)


def test_one_that_dies_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "dies"
    program.write_text("#!/bin/sh\nkill -SEGV $$\n")
    program.chmod(0o755)
    monkeypatch.setattr("scanners.rules.throwaway.sys.executable", os.fspath(program))
    with pytest.raises(ThrowawayFailed, match=r"^was ended by signal 11"):
        run_throwaway("json.tool", seconds=60)
