"""The four measurements: protocol only, repeated content, never-seen content, memory."""

import statistics
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.load import Load, play
from bench.requests import KINDS, KiB, MiB, write_requests
from bench.servers.processes import used_memory

ROUNDS = 5
SAMPLE_SECONDS = 0.02
DISTINCT_BODIES = 8  # of each kind; the stamp makes every request of them unique
MEMORY_TRANSFERS = 64
MEMORY_BODY = 20 * MiB
MEMORY_LIMIT = 400 * MiB


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    port: int
    service: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Douane against one peer on equal requests."""

    name: str
    target: float
    """The least ratio of requests per second that the project promises."""
    ours: tuple[Load, ...]
    peer_name: str
    peers: tuple[Load, ...]

    @property
    def our_rate(self) -> float:
        return statistics.median(load.per_second for load in self.ours)

    @property
    def peer_rate(self) -> float:
        return statistics.median(load.per_second for load in self.peers)

    @property
    def ratio(self) -> float:
        return self.our_rate / self.peer_rate

    @property
    def refused(self) -> int:
        return sum(load.refused for load in (*self.ours, *self.peers))

    @property
    def met(self) -> bool:
        return self.ratio >= self.target and not self.refused


@dataclass(frozen=True, slots=True)
class Workload:
    """The same requests for both servers, only the name of the service differs."""

    name: str
    kind: str
    size: int
    unique: bool
    connections: int
    seconds: float
    """How long one round of the slower server should last, about."""
    target: float


PROTOCOL = Workload("protocol only, 1 KiB", "random", KiB, False, 16, 2, 1.0)
PROTOCOL_PYICAP = Workload("protocol only, 1 KiB", "random", KiB, False, 16, 2, 5.0)
REPEATED = Workload("repeated content, 64 KiB", "random", 64 * KiB, False, 16, 3, 6.0)
NEVER_SEEN = tuple(
    Workload(f"never seen, {size // KiB} KiB, {kind}", kind, size, True, 16, 5, 0.8)
    for size in (64 * KiB, MiB)
    for kind in KINDS
)


def compare(
    workload: Workload,
    ours: Server,
    peer: Server,
    folder: Path,
    *,
    quick: bool,
    tell: Callable[[str], None],
) -> Comparison:
    """Play the workload to both in turn, A B A B …, after a round each that only warms up."""
    rounds = 1 if quick else ROUNDS
    seconds = workload.seconds / (10 if quick else 1)
    requests = {
        server: write_requests(
            folder / server.service,
            server.service,
            workload.kind,
            workload.size,
            DISTINCT_BODIES if workload.unique else 1,
            unique=workload.unique,
        )
        for server in (ours, peer)
    }

    def run(server: Server, total: int) -> Load:
        load = play(server.port, requests[server], connections=workload.connections, total=total)
        tell(f"  {server.name:<20} {load.per_second:>9,.0f}/s  p99 {load.p99_ms:,.1f} ms")
        return load

    probe = 64 if workload.size >= 64 * KiB else 2000
    warm = [run(server, probe) for server in (ours, peer)]
    total = max(probe, int(min(load.per_second for load in warm) * seconds))
    loads: dict[Server, list[Load]] = {ours: [], peer: []}
    for _ in range(rounds):
        for server in (ours, peer):
            loads[server].append(run(server, total))
    for path in {path for paths in requests.values() for path in paths}:
        path.unlink()
    return Comparison(
        workload.name, workload.target, tuple(loads[ours]), peer.name, tuple(loads[peer])
    )


@dataclass(frozen=True, slots=True)
class Memory:
    """What 64 transfers of 20 MiB at once cost the machine."""

    idle: int
    """AnonPages + Shmem in bytes before."""
    peak: int
    load: Load

    @property
    def growth(self) -> int:
        return self.peak - self.idle

    @property
    def met(self) -> bool:
        return self.growth < MEMORY_LIMIT and not self.load.refused


def measure_memory(ours: Server, folder: Path) -> Memory:
    """Sample the machine's memory every 20 ms while all transfers are under way at once."""
    requests = write_requests(
        folder / "memory", ours.service, "random", MEMORY_BODY, 8, unique=True
    )
    done = threading.Event()
    idle = used_memory()
    samples = [idle]

    def sample() -> None:
        while not done.wait(SAMPLE_SECONDS):
            samples.append(used_memory())

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        load = play(ours.port, requests, connections=MEMORY_TRANSFERS, total=MEMORY_TRANSFERS)
    finally:
        done.set()
        sampler.join()
        for path in requests:
            path.unlink()
    return Memory(idle, max(samples), load)
