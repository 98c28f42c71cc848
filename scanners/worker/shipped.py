"""What a worker runs on a file: the walk over the shipped bench."""

from pathlib import Path

from scanners.budget import Budget
from scanners.model import Content, Examination
from scanners.registry import build_bench
from scanners.walk import examine
from scanners.worker.worker import Examiner


def build_examiner(rules: Path, secret: bytes) -> Examiner:
    """Return the walk over the shipped bench; raise what the bench raises for wrong rules.

    Passwords are told apart under `secret`.
    """
    bench = build_bench(rules, secret)

    def examiner(content: Content, budget: Budget) -> Examination:
        return examine(content, bench, budget)

    return examiner
