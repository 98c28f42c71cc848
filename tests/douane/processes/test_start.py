"""What every child process does first."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from douane.processes import start
from douane.settings import Settings

CHILD = """
import asyncio, os, sys
from douane.processes import start
async def serve(stop):
    os.write(1, b"serving\\n")
    await stop.wait()
    os.write(1, b"stopped\\n")
start.run("test", int(sys.argv[1]), serve)
"""
PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())])
child.wait()
"""


def share(settings: Settings) -> int:
    descriptor = os.memfd_create("settings")
    os.write(descriptor, settings.model_dump_json().encode())
    return descriptor


def test_settings_come_back_as_they_were(settings: Settings) -> None:
    descriptor = share(settings)
    assert start.read_settings(descriptor) == settings
    assert start.read_settings(descriptor) == settings, "several processes read the same one"
    os.close(descriptor)


def test_the_command_line_of_a_child() -> None:
    words = ["--settings-fd", "3", "--supervisor-pid", "4", "--ready-fd", "5"]
    arguments = start.parser("front").parse_args(words)
    assert (arguments.settings_fd, arguments.supervisor_pid, arguments.ready_fd) == (3, 4, 5)


def test_ready_is_said_once_and_the_pipe_closed() -> None:
    reader, writer = os.pipe()
    start.say_ready(writer)
    assert (os.read(reader, 99), os.read(reader, 99)) == (b"ready\n", b"")
    os.close(reader)


def test_nobody_listens_any_more() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    start.say_ready(writer)
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(writer)


def test_sigterm_stops_and_sigint_does_not() -> None:
    """A terminal sends SIGINT to the whole group; the supervisor decides what it means."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(os.getpid())], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    with child.stdout as out:
        assert out.readline() == b"serving\n"
        child.send_signal(signal.SIGINT)
        child.send_signal(signal.SIGTERM)
        assert out.readline() == b"stopped\n"
    assert child.wait(10) == 0


def test_it_ends_when_the_supervisor_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout as out:
        assert out.readline() == b"serving\n"
        parent.kill()
        assert out.readline() == b"stopped\n"
        assert out.read() == b"", "the child holds the pipe until it ends"
    parent.wait(10)


def test_a_supervisor_that_died_before_is_noticed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, "999999"], capture_output=True, check=False, timeout=20
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"the supervisor is gone" in done.stderr


def test_a_wrong_rule_file_is_one_line_and_status_2(tmp_path: Path) -> None:
    code = f"""
import os
from pathlib import Path
from douane.processes import start
from verdicts.rule_file import RuleFileError
async def serve(stop):
    raise RuleFileError(Path({str(tmp_path)!r}), 7, "wrong")
start.run("test", os.getppid(), serve)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 2
    assert f"{tmp_path}:7: wrong".encode() in done.stderr
    assert b"Traceback" not in done.stderr
