"""`python -m bench.checks [--quick]`: what each check costs, beside libmagic and clamd.

Processor time in milliseconds.  First the median for one file of 64 KiB of several kinds, then the
mean over a mixed set: the files of installed Debian packages, archives and documents among them,
with everything found inside them counted to the file (clamd: wall clock, one file at a time).
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import magic
from clamd import ClamdUnixSocket

from bench.ordinary import package_files
from bench.requests import KINDS, KiB
from bench.servers.clamd import clamd
from samples.media import jpeg
from scanners.base import Bench, Identify, Scanner
from scanners.budget import Budget
from scanners.model import Content, Report
from scanners.registry import build_bench
from scanners.walk import examine

RULES = Path(__file__).parents[1] / "rules"
SIZE = 64 * KiB
MIXED = ("adwaita-icon-theme", "debian-policy", "docbook-xsl", "libc6-dev", "systemd", "git")
IDENTIFY, ALL, LIBMAGIC, CLAMD = "true type", "all checks", "peer: libmagic", "peer: clamd"
Costs = dict[str, float]
T = TypeVar("T")


@dataclass(slots=True)
class Clock:
    """Adds up processor time by name."""

    spent: Costs = field(default_factory=lambda: defaultdict(float))

    def timed(self, name: str, work: Callable[[], T]) -> T:
        started = time.process_time()
        try:
            return work()
        finally:
            self.spent[name] += (time.process_time() - started) * 1000


@dataclass(frozen=True, slots=True)
class TimedScanner:
    inner: Scanner
    clock: Clock

    @property
    def name(self) -> str:
        return self.inner.name

    def scan(self, content: Content, budget: Budget) -> Report:
        return self.clock.timed(self.name, lambda: self.inner.scan(content, budget))


def timed(bench: Bench, clock: Clock) -> Bench:
    """Return the same bench, each check of which is on the clock."""
    return Bench(
        _timed(bench.identify, clock), tuple(TimedScanner(s, clock) for s in bench.scanners)
    )


def _timed(identify: Identify, clock: Clock) -> Identify:
    return lambda view: clock.timed(IDENTIFY, lambda: identify(view))


def costs(bench: Bench, data: bytes, name: str) -> Costs:
    """Return milliseconds by check for one file."""
    clock = Clock()
    budget = Budget(time.monotonic() + 60, 512 * KiB * KiB, 5000, 8)
    started = time.process_time()
    examine(Content(memoryview(data), name=name), timed(bench, clock), budget)
    clock.spent[ALL] = (time.process_time() - started) * 1000
    return clock.spent


def median_costs(bench: Bench, data: bytes, name: str, runs: int) -> Costs:
    costs(bench, data, name)
    measured = [costs(bench, data, name) for _ in range(runs)]
    peer = magic.Magic(mime=True)
    found = {check: statistics.median(one[check] for one in measured) for check in measured[0]}
    found[LIBMAGIC] = statistics.median(_milliseconds(peer.from_buffer, data) for _ in range(runs))
    return found


def _milliseconds(work: Callable[[bytes], object], data: bytes) -> float:
    started = time.process_time()
    work(data)
    return (time.process_time() - started) * 1000


def kinds() -> Iterator[tuple[str, str, bytes]]:
    """Yield word, file name and 64 KiB for each kind that is no archive."""
    noise = random.Random(1)
    for word, kind in KINDS.items():
        yield word, kind.file_name, kind.make(SIZE, noise)
    yield "jpeg", "photo.jpg", _padded(jpeg(), noise)
    page = b"<!doctype html><html><body>" + b"<p>An ordinary line of a page.</p>\n" * 4000
    yield "html", "page.html", page[:SIZE]


def _padded(picture: bytes, noise: random.Random) -> bytes:
    """Put a comment segment behind the first marker of a JPEG, so that it has the size."""
    missing = SIZE - len(picture) - 4
    comment = (
        b"\xff\xfe"
        + (missing + 2).to_bytes(2, "big")
        + bytes(noise.choices(range(32, 127), k=missing))
    )
    return picture[:2] + comment + picture[2:]


def mixed_costs(bench: Bench, files: Sequence[Path]) -> tuple[Costs, list[tuple[float, Path]]]:
    """Return mean milliseconds a file by check, and the dearest files."""
    total: Costs = defaultdict(float)
    dearest = []
    for path in files:
        spent = costs(bench, path.read_bytes(), path.name)
        dearest.append((spent[ALL], path))
        for check, milliseconds in spent.items():
            total[check] += milliseconds
    return {check: spent / len(files) for check, spent in total.items()}, sorted(dearest)[-5:]


def clamd_cost(files: Sequence[Path]) -> float:
    """Return clamd's mean wall-clock milliseconds a file, asked one after the other."""
    scratch = tempfile.TemporaryDirectory(prefix="bench-", dir="/var/tmp")
    with scratch as folder, clamd(Path(folder)):
        client = ClamdUnixSocket(str(Path(folder) / "clamd.sock"))
        started = time.perf_counter()
        for path in files:
            client.scan(str(path))
        return (time.perf_counter() - started) * 1000 / len(files)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.checks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few runs: a smoke test")
    quick = parser.parse_args(arguments).quick
    bench = build_bench(RULES)
    columns = {
        word: median_costs(bench, data, name, 5 if quick else 101) for word, name, data in kinds()
    }
    files = [path for package in MIXED for path in package_files(package)][:: 20 if quick else 1]
    columns["mixed"], dearest = mixed_costs(bench, files)
    print(f"{'64 KiB':24}" + "".join(f"{word:>9}" for word in columns))
    columns["mixed"][CLAMD] = clamd_cost(files)
    names = [IDENTIFY, *(scanner.name for scanner in bench.scanners), ALL, LIBMAGIC, CLAMD]
    for name in names:
        cells = (f"{column.get(name, 0):9.3f}" for column in columns.values())
        print(f"{name:24}" + "".join(cells))
    size = sum(path.stat().st_size for path in files) / KiB / KiB
    print(f"\nmixed: {len(files)} files, {size:.0f} MiB; the dearest:")
    for milliseconds, path in reversed(dearest):
        print(f"{milliseconds:9.1f} ms  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
