"""`python -m bench [--quick] [--only WORD] [--strict]`: measure Douane and its peers."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.load import compile_icapload
from bench.measure import (
    NEVER_SEEN,
    PROTOCOL,
    PROTOCOL_PYICAP,
    REPEATED,
    Comparison,
    Server,
    Workload,
    compare,
    measure_memory,
)
from bench.report import Figures, machine, save, table
from bench.servers.c_icap import c_icap
from bench.servers.clamd import clamd
from bench.servers.douane import Douane
from bench.servers.pyicap_peer import pyicap

FRONTS = 2
THREADS = 64  # of each c-icap process: more than any measurement opens connections


def main(arguments: list[str] | None = None) -> int:
    """Return 0, or with --strict 1 if a target was not met."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round each: a smoke test")
    parser.add_argument("--only", default="", help="only measurements whose name holds this word")
    parser.add_argument("--strict", action="store_true", help="exit 1 if a target is not met")
    options = parser.parse_args(arguments)
    compile_icapload()
    # Not /tmp: where that is a tmpfs, spooled bodies and prepared requests would count as memory.
    with _folder() as folder, ExitStack() as running:
        figures = measure(folder, running, quick=options.quick, only=options.only)
    print(f"\n{table(figures)}\n\n{machine()}\nkept in {save(figures)}")
    return 1 if options.strict and not figures.met else 0


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="douane-bench-", dir="/var/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, running: ExitStack, *, quick: bool, only: str) -> Figures:
    """Start everything, idle servers included, and measure one pair at a time."""
    running.enter_context(clamd(folder))
    socket = folder / "clamd.sock"
    c_icap_port = running.enter_context(
        c_icap(folder, clamd_socket=socket, processes=FRONTS, threads=THREADS)
    )
    pyicap_port = running.enter_context(pyicap(folder))
    douane = running.enter_context(
        Douane(
            folder, {"clamav": {"socket": str(socket)}, "icap": {"echo": True, "fronts": FRONTS}}
        )
    )
    echo = Server("douane", douane.icap_port, "echo")
    scan = Server("douane", douane.icap_port, "respmod")
    c_icap_echo = Server("c-icap echo", c_icap_port, "echo")
    virus_scan = Server("c-icap virus_scan", c_icap_port, "virus_scan")
    pairs: list[tuple[Workload, Server, Server]] = [
        (PROTOCOL, echo, c_icap_echo),
        (PROTOCOL_PYICAP, echo, Server("pyicap", pyicap_port, "echo")),
        (REPEATED, scan, virus_scan),
        *((workload, scan, virus_scan) for workload in NEVER_SEEN),
    ]
    comparisons: list[Comparison] = []
    for workload, ours, peer in pairs:
        if only in f"{workload.name}, {peer.name}":
            _tell(f"{workload.name}, against {peer.name}")
            comparisons.append(compare(workload, ours, peer, folder, quick=quick, tell=_tell))
    memory = None
    if only in "memory":
        _tell("memory: 64 transfers of 20 MiB at once")
        memory = measure_memory(scan, folder)
    return Figures(tuple(comparisons), memory, quick)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
