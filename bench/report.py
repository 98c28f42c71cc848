"""The measurements as a table for people and as JSON for machines."""

import json
import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import MEMORY_LIMIT, Comparison, Memory
from bench.requests import MiB
from bench.servers.clamd import has_official_database
from bench.servers.processes import PROC

RESULTS = Path(__file__).with_name("results")


@dataclass(frozen=True, slots=True)
class Figures:
    """All of one run."""

    comparisons: tuple[Comparison, ...]
    memory: Memory | None
    quick: bool

    @property
    def met(self) -> bool:
        return all(c.met for c in self.comparisons) and (self.memory is None or self.memory.met)


def table(figures: Figures) -> str:
    lines = [
        f"{'measurement':<34}{'peer':<20}{'ours/s':>10}{'peer/s':>10}{'ratio':>8}{'target':>8}"
    ]
    for c in figures.comparisons:
        refused = f"  {c.refused} refused" if c.refused else ""
        lines.append(
            f"{c.name:<34}{c.peer_name:<20}{c.our_rate:>10,.0f}{c.peer_rate:>10,.0f}"
            f"{c.ratio:>8.2f}{c.target:>8.1f}  {'met' if c.met else 'SHORT'}{refused}"
        )
    if memory := figures.memory:
        lines.append(
            f"64 transfers of 20 MiB: memory grew by {memory.growth / MiB:,.0f} MiB (limit"
            f" {MEMORY_LIMIT // MiB}), {memory.load.refused} refused"
            f"  {'met' if memory.met else 'SHORT'}"
        )
    return "\n".join(lines)


def machine() -> dict[str, object]:
    """Return what a reader has to know to compare these figures with his own."""
    fields = (line.partition(":") for line in (PROC / "cpuinfo").read_text().splitlines())
    models = [value.strip() for key, _, value in fields if key.strip() == "model name"]
    return {
        "processors": os.cpu_count(),
        "model": models[0] if models else platform.processor(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_average": os.getloadavg()[0],
        "official_clamav_database": has_official_database(),
        "versions": {
            "c-icap": _first_line("c-icap", "-V"),
            "clamd": _first_line("clamd", "--version"),
        },
    }


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().partition("\n")[0]


def to_json(figures: Figures) -> dict[str, object]:
    memory = figures.memory
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": figures.quick,
        "machine": machine(),
        "comparisons": [
            {
                "name": c.name,
                "peer": c.peer_name,
                "ours_per_second": c.our_rate,
                "peer_per_second": c.peer_rate,
                "ratio": round(c.ratio, 3),
                "target": c.target,
                "met": c.met,
                "ours": [load.to_json() for load in c.ours],
                "peer_runs": [load.to_json() for load in c.peers],
            }
            for c in figures.comparisons
        ],
        "memory": memory
        and {
            "idle_bytes": memory.idle,
            "growth_bytes": memory.growth,
            "limit_bytes": MEMORY_LIMIT,
            "met": memory.met,
            "load": memory.load.to_json(),
        },
    }


def save(figures: Figures) -> Path:
    """Write the JSON to a file of its own in results/ and return its path."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(to_json(figures), indent=2) + "\n")
    return path
