"""What holds for every walk over hostile bytes, whatever the scanner: few, small, repeatable."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from samples import builders
from scanners.base import Bench, Scanner
from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.kit import Kit
from scanners.model import Content, Examination, Report, TypeNode
from scanners.types.identify import TypeScanner
from scanners.types.table import read_type_table
from scanners.walk import examine

BYTES = 1024 * 1024
MEMBERS = 64
DEPTH = 4
SECONDS = 60
"""libFuzzer's own limit is shorter: a slow input is a finding, not an `Unscanned`."""
TABLE = read_type_table(Path(__file__).parents[2] / "rules" / "types.toml")
TYPES = TypeScanner(TABLE)
KIT = Kit(TABLE, TYPES.identify)
PROGRAM = builders.pe()
"""Inert.  Planted behind hostile bytes, it has to be found whatever they are."""


@dataclass(frozen=True, slots=True)
class Loud:
    """A scanner whose bugs are not lost: the walk would make them Reason.CRASHED."""

    scanner: Scanner
    bugs: list[Exception] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.scanner.name

    def scan(self, content: Content, budget: Budget) -> Report:
        try:
            return self.scanner.scan(content, budget)
        except ScannerError:
            raise
        except Exception as error:
            self.bugs.append(error)
            raise


def examine_twice(content: Content, *scanners: Scanner) -> Examination:
    """Return what the walk finds; raise AssertionError, or whatever bug a scanner has."""
    first, second = (examine_once(content, scanners) for _ in range(2))
    assert summary(first) == summary(second), "not the same twice"
    return first


def examine_once(content: Content, scanners: tuple[Scanner, ...]) -> Examination:
    loud = tuple(map(Loud, scanners))
    budget = Budget(time.monotonic() + SECONDS, BYTES, MEMBERS, DEPTH)
    examination = examine(content, Bench(TYPES.identify, loud), budget)
    for scanner in loud:
        for bug in scanner.bugs:
            raise bug
    require_bounds(content, examination)
    return examination


def require_bounds(content: Content, examination: Examination) -> None:
    assert examination.types is not None
    nodes = list(all_nodes(examination.types))
    assert len(nodes) <= 1 + MEMBERS
    whole = BYTES + len(content.view)
    assert sum(len(e.view) for e in examination.extracted) <= whole * DEPTH
    assert all(len(node.name) <= 1024 for node in nodes)
    assert all(len(found.path) <= DEPTH + 1 for found in examination.unscanned)


def all_nodes(node: TypeNode) -> Iterator[TypeNode]:
    yield node
    for child in node.children:
        yield from all_nodes(child)


def summary(examination: Examination) -> object:
    extracted = [(bytes(e.view), e.path, e.wrapper) for e in examination.extracted]
    return examination.types, examination.detections, examination.unscanned, extracted


def require_program(content: Content, *scanners: Scanner) -> None:
    """Raise AssertionError if the planted program was not found, and nothing says why."""
    found = examine_once(content, scanners)
    seen = any(bytes(part.view).startswith(PROGRAM) for part in found.extracted)
    assert seen or found.unscanned, "what stands before it hides a file"
