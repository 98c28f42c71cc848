"""Run what rules may break in a process that is thrown away, with limits on memory and time.

Rules come from people and over the network: compiling one may eat memory or time, and an engine
may crash on it.  The process limits itself first and prints what it found as JSON.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
MEMORY_BYTES = 1024 * 1024 * 1024  # a 40,000-rule set compiles in about half of it
MAX_OUTPUT = 16 * 1024 * 1024


class ThrowawayFailed(Exception):
    """The process did not do its work; the message says how it ended."""


def run_throwaway(module: str, *arguments: str, seconds: float, given: bytes = b"") -> object:
    """Return the JSON that `python -m module` prints, with `given` as its input.

    Raises ThrowawayFailed.
    """
    command = [sys.executable, "-m", module, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
            command, cwd=PROJECT, capture_output=True, input=given, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise ThrowawayFailed(f"did not end within {seconds:g} s") from None
    if done.returncode < 0:
        raise ThrowawayFailed(f"was ended by signal {-done.returncode}")
    if done.returncode or len(done.stdout) > MAX_OUTPUT:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise ThrowawayFailed(f"failed: {lines[-1] if lines else 'no message'}")
    return json.loads(done.stdout)


def limit_this_process(cpu_seconds: int) -> None:
    """Bound memory and processor time, and write no file any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
