"""`python -m bench.attack [--seconds N]`: what honest clients notice while Douane is attacked.

A real service with clamd; attackers and the honest client are processes of their own on the same
machine.  Each attack runs alone, then all at once, while OPTIONS, scans and memory are measured.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.probe import Waits, quantile
from bench.report import machine
from bench.servers.clamd import clamd
from bench.servers.daemon import wait_until
from bench.servers.douane import Douane, Value
from bench.servers.processes import children, descriptor_count, group_memory
from douane.descriptors import raise_descriptor_limit

MiB = 1024 * 1024
FRONTS = 2
MAX_CONNECTIONS = 12_000  # of both fronts; all attackers together hold 10,000
OPTIONS_LIMIT = 0.050
SCAN_LIMIT = 0.250
MEMORY_LIMIT = 256 * MiB
SAMPLE_SECONDS = 1.0
READY_SECONDS = 120
CALM_SECONDS = 90  # longer than Douane keeps a connection that vanished in the middle of a body


@dataclass(frozen=True, slots=True)
class Force:
    """A kind of attack (a method of bench.attackers.Attack) and how many connections it uses."""

    kind: str
    connections: int
    what: str


FORCES = (
    Force("loris", 1000, "heads at a byte a second"),
    Force("slow_body", 500, "bodies at a byte a second"),
    Force("idle", 5000, "connections that say nothing"),
    Force("options", 64, "OPTIONS as fast as they are answered"),
    Force("half_open", 50, "connections a second that vanish"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One attack, and what an honest client noticed."""

    name: str
    waits: Waits
    memory_growth: int
    """Bytes over the quiet service, at the worst moment."""
    attackers: Counter[str]

    @property
    def options_p99(self) -> float:
        return quantile(self.waits.options, 0.99)

    @property
    def scan_p99(self) -> float:
        return quantile(self.waits.scans, 0.99)

    @property
    def met(self) -> bool:
        return (
            not self.waits.failures
            and self.options_p99 <= OPTIONS_LIMIT
            and self.scan_p99 <= SCAN_LIMIT
            and self.memory_growth <= MEMORY_LIMIT
        )


def table(rows: list[Row]) -> str:
    lines = [
        f"{'attack':<46}{'OPTIONS p50':>12}{'p99':>8}{'1 KiB p50':>12}{'p99':>8}{'memory':>10}",
        f"{'(target)':<46}{'':>12}{OPTIONS_LIMIT * 1000:>5.0f} ms{'':>12}"
        f"{SCAN_LIMIT * 1000:>5.0f} ms{MEMORY_LIMIT // MiB:>6} MiB",
    ]
    for row in rows:
        options, scans = row.waits.options, row.waits.scans
        lines.append(
            f"{row.name:<46}{quantile(options, 0.5) * 1000:>12.1f}{row.options_p99 * 1000:>8.1f}"
            f"{quantile(scans, 0.5) * 1000:>12.1f}{row.scan_p99 * 1000:>8.1f}"
            f"{row.memory_growth / MiB:>+10.0f}  {'met' if row.met else 'SHORT'}"
        )
        lines += [f"    {count} × {what}" for what, count in Counter(row.waits.failures).items()]
    return "\n".join(lines)


class Attackers:
    """A process that attacks while the `with` lasts."""

    def __init__(self, force: Force, port: int) -> None:
        words = [force.kind, str(port), str(force.connections)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.attackers", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_ready(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was opened above
        timer = threading.Timer(READY_SECONDS, self._process.kill)
        timer.start()
        line = self._process.stdout.readline()
        timer.cancel()
        if line.strip() != "ready":
            raise TimeoutError("the attackers did not get their connections")

    def stop(self) -> Counter[str]:
        """Return what they did."""
        try:
            told, _ = self._process.communicate("", timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        return Counter(json.loads(told)) if told else Counter()


class MemorySampler:
    """Remembers the most that a group of processes used while the `with` lasts."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self.peak = 0

    def _sample(self) -> None:
        while True:
            self.peak = max(self.peak, group_memory(self._pid))
            if self._done.wait(SAMPLE_SECONDS):
                return

    def __enter__(self) -> "MemorySampler":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def measure(douane: Douane, forces: tuple[Force, ...], seconds: float, quiet: int) -> Row:
    """Attack with these forces, ask honestly for `seconds`, and let the service calm down."""
    attackers: list[Attackers] = []
    done: Counter[str] = Counter()
    before = _descriptors(douane)
    try:
        with MemorySampler(douane.pid) as memory:
            attackers.extend(Attackers(force, douane.icap_port) for force in forces)
            for attacker in attackers:
                attacker.wait_ready()
            waits = _probe(douane.icap_port, seconds)
    finally:
        for attacker in attackers:
            done += attacker.stop()
    wait_until(lambda: _descriptors(douane) < before + 100, CALM_SECONDS, "calm")
    name = " + ".join(f"{force.connections} {force.what}" for force in forces)
    if len(forces) > 1:
        name = "all of these at once"
    return Row(name or "nobody attacks", waits, memory.peak - quiet, done)


def _probe(port: int, seconds: float) -> Waits:
    command = [sys.executable, "-m", "bench.probe", str(port), str(seconds)]
    printed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return Waits(**json.loads(printed))


def _descriptors(douane: Douane) -> int:
    return sum(descriptor_count(pid) for pid in children(douane.pid))


def main(arguments: list[str] | None = None) -> int:
    """Return 0, or with --strict 1 if a target was not met."""
    parser = argparse.ArgumentParser(prog="python -m bench.attack", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=20, help="how long each attack is measured"
    )
    parser.add_argument("--only", default="", help="only the attack of this kind")
    parser.add_argument("--strict", action="store_true", help="exit 1 if a target is not met")
    options = parser.parse_args(arguments)
    raise_descriptor_limit(2 * MAX_CONNECTIONS)
    with tempfile.TemporaryDirectory(prefix="douane-attack-", dir="/var/tmp") as folder:
        rows = run(Path(folder), options.seconds, options.only)
    print(f"\n{table(rows)}\n\n{machine()}")
    return 1 if options.strict and not all(row.met for row in rows) else 0


def run(folder: Path, seconds: float, only: str) -> list[Row]:
    """Start everything and return a row for quiet, for each attack, and for all at once."""
    chosen = [force for force in FORCES if only in force.kind]
    campaigns: list[tuple[Force, ...]] = [(), *((force,) for force in chosen)]
    if not only:
        campaigns.append(FORCES)
    with ExitStack() as running:
        running.enter_context(clamd(folder))
        settings: dict[str, dict[str, Value]] = {
            "clamav": {"socket": str(folder / "clamd.sock")},
            "icap": {
                "fronts": FRONTS,
                "max_connections": MAX_CONNECTIONS,
                "stop_seconds": 1,  # those who vanished will not finish their requests
            },
        }
        douane = running.enter_context(Douane(folder, settings))
        _probe(douane.icap_port, 2)  # what is allocated once is not an attack's
        quiet = group_memory(douane.pid)
        rows = []
        for forces in campaigns:
            rows.append(measure(douane, forces, seconds, quiet))
            print(f"{rows[-1].name}: {dict(rows[-1].attackers)}", file=sys.stderr, flush=True)
        return rows


if __name__ == "__main__":
    sys.exit(main())
