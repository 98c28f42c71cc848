"""The conformance suite against Douane and its peers, side by side."""

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.conformance_run import Outcome, run_suite
from bench.servers.c_icap import c_icap
from bench.servers.clamd import clamd
from bench.servers.pyicap_peer import pyicap
from tests.conformance.items import ITEMS

PROCESSES, THREADS = 4, 100  # of c-icap: more than any item opens connections
Tell = Callable[[str], None]
Peer = Callable[[], AbstractContextManager[str]]
"""Starts a server; gives the URL of its service."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """What each server does with each item."""

    versions: str
    columns: Mapping[str, Mapping[int, Outcome]]
    """By name of the server; the first one is ours."""

    @property
    def ours_hold(self) -> bool:
        return all(outcome.holds for outcome in next(iter(self.columns.values())).values())

    @property
    def lines(self) -> list[str]:
        """The matrix as Markdown."""
        head = [
            "| item | " + " | ".join(self.columns) + " |",
            "|---|" + "---|" * len(self.columns),
        ]
        rows = [
            f"| {item.number} | "
            + " | ".join(column[item.number].value for column in self.columns.values())
            + " |"
            for item in ITEMS
        ]
        sums = [sum(o.holds for o in column.values()) for column in self.columns.values()]
        total = "| **hold** | " + " | ".join(f"**{n} of {len(ITEMS)}**" for n in sums) + " |"
        return [self.versions, "", *head, *rows, total]


def measure(tell: Tell) -> Matrix:
    """Run everything; takes some minutes, since what fails is tried again."""
    tell("Douane")
    columns: dict[str, Mapping[int, Outcome]] = {"Douane": _outcomes_of_ours()}
    with _folder() as folder, clamd(folder):
        for name, peer in peers(folder / "clamd.sock").items():
            tell(name)
            columns[name] = outcomes_of(peer, tell)
    return Matrix(_versions(), columns)


def _outcomes_of_ours() -> Mapping[int, Outcome]:
    return run_suite(output=io.StringIO()).outcomes()


def peers(clamd_socket: Path) -> Mapping[str, Peer]:
    return {
        "c-icap echo": lambda: _c_icap(clamd_socket, "echo"),
        "c-icap virus_scan": lambda: _c_icap(clamd_socket, "virus_scan"),
        "pyicap": _pyicap,
    }


def outcomes_of(peer: Peer, tell: Tell) -> Mapping[int, Outcome]:
    """Run all items on one server; each that fails once more, alone on a fresh one.

    So no item fails because another one has hung or ended the server.
    """
    with peer() as url:
        outcomes = dict(run_suite(url, output=io.StringIO()).outcomes())
    for number in [n for n, outcome in outcomes.items() if outcome is Outcome.FAILS]:
        with peer() as url:
            tally = run_suite(url, only=number, output=io.StringIO())
        outcomes[number] = tally.outcomes()[number]
        for test, reason in tally.failures.items():
            tell(f"  {test}: {reason}")
    return outcomes


@contextmanager
def _c_icap(clamd_socket: Path, service: str) -> Iterator[str]:
    with (
        _folder() as folder,
        c_icap(folder, clamd_socket=clamd_socket, processes=PROCESSES, threads=THREADS) as port,
    ):
        yield f"icap://127.0.0.1:{port}/{service}"


@contextmanager
def _pyicap() -> Iterator[str]:
    with _folder() as folder, pyicap(folder) as port:
        yield f"icap://127.0.0.1:{port}/echo"


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dcm-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _versions() -> str:
    packages = ("c-icap", "libc-icap-mod-virus-scan")
    asked = ["dpkg-query", "-W", "-f", "${Package} ${Version}, ", *packages]
    debian = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    python = ".".join(map(str, sys.version_info[:3]))
    return (
        f"Measured with Douane {version('douane')}, {debian}"
        f"pyicap {version('pyicap')} on Python {python} (shimmed, see `bench/README.md`)."
    )
