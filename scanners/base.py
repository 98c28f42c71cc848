"""What a scanner is, and what the bench is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from scanners.budget import Budget
from scanners.model import Content, FileType, Report

Identify = Callable[[memoryview], FileType]
"""Tells what bytes really are, whatever their name says.  May raise only ScannerErrors."""


class Scanner(Protocol):
    """One kind of check, or one kind of container; keeps no state between calls.

    `scan` returns what it found, gaps included, as far as it got; it raises a ScannerError only
    if it can say nothing at all.  A child is always smaller in depth: the walk re-enters with it.
    """

    @property
    def name(self) -> str: ...

    def scan(self, content: Content, budget: Budget) -> Report: ...


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that is asked about a file: first its type, then every scanner in order."""

    identify: Identify
    scanners: tuple[Scanner, ...]
