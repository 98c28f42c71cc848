"""Runs the load generator and reads what it measured."""

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("icapload.c")
BINARY = SOURCE.parent / "build" / "icapload"
TIMEOUT_SECONDS = 600


class LoadFailed(Exception):
    """The load did not run to its end; the message is what icapload said."""


@dataclass(frozen=True, slots=True)
class Load:
    """One run of icapload, in its own words."""

    requests: int
    connections: int
    seconds: float
    per_second: float
    mb_per_second: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    s204: int
    s200: int
    blocked: int
    err: int

    @property
    def refused(self) -> int:
        """Return how many requests were not passed: blocked, or answered with an error."""
        return self.blocked + self.err

    def to_json(self) -> dict[str, float]:
        return asdict(self)


def compile_icapload() -> None:
    """Compile the load generator unless the binary is newer than its source; needs cc."""
    if BINARY.exists() and BINARY.stat().st_mtime > SOURCE.stat().st_mtime:
        return
    BINARY.parent.mkdir(exist_ok=True)
    subprocess.run(["cc", "-O2", "-Wall", "-o", BINARY, SOURCE], check=True)


def play(port: int, requests: list[Path], *, connections: int, total: int) -> Load:
    """Play `total` requests over `connections`; raise LoadFailed if one was not answered."""
    done = subprocess.run(
        [BINARY, "127.0.0.1", str(port), str(connections), str(total), *requests],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise LoadFailed(done.stderr.strip() or f"icapload ended with status {done.returncode}")
    return Load(**json.loads(done.stdout))
