"""libFuzzer on every target: a minute in all beside the other tests, half an hour each at length.

Needs atheris, which has wheels for CPython 3.11 on x86_64 only; elsewhere these are skipped.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.run import HERE, TARGETS

SMOKE_SECONDS = 60 // len(TARGETS)
LONG_SECONDS = int(os.environ.get("DOUANE_FUZZ_SECONDS", "1800"))
START_SECONDS = 60
"""To import and instrument everything, and to read the seeds, on a busy machine."""
CORES = os.cpu_count() or 1
LONG_TIMEOUT = (LONG_SECONDS + START_SECONDS) * -(-len(TARGETS) // CORES) + START_SECONDS

pytestmark = pytest.mark.skipif(
    find_spec("atheris") is None, reason="no atheris: it is for CPython 3.11 on x86_64 only"
)


def fuzz(target: str, seconds: int, folder: Path) -> str:
    """Return what libFuzzer says of a broken invariant; empty if none broke."""
    learnt = folder / target
    learnt.mkdir()
    command = [sys.executable, "-m", "tests.fuzz.run", target, str(seconds), str(learnt)]
    done = subprocess.run(
        command,
        cwd=HERE.parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=seconds + START_SECONDS,
        check=False,
    )
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        return f"{target}: tests/fuzz/crashes/{target} holds what broke it\n{said[-4000:]}"
    assert "NEW" in said, f"{target}: nothing new was reached; is anything instrumented?\n{said}"
    return ""


def fuzz_all(seconds: int, folder: Path) -> str:
    """Fuzz each target for so long, as many at a time as there are cores."""
    with ThreadPoolExecutor(CORES) as pool:
        found = pool.map(lambda target: fuzz(target, seconds, folder), TARGETS)
        return "\n".join(filter(None, found))


@pytest.mark.fuzz
@pytest.mark.timeout(SMOKE_SECONDS * len(TARGETS) + START_SECONDS * 3)
def test_a_minute_of_fuzzing(tmp_path: Path) -> None:
    broken = fuzz_all(SMOKE_SECONDS, tmp_path)
    assert not broken, broken


@pytest.mark.long
@pytest.mark.timeout(LONG_TIMEOUT)
def test_fuzzing_at_length(tmp_path: Path) -> None:
    broken = fuzz_all(LONG_SECONDS, tmp_path)
    assert not broken, broken
