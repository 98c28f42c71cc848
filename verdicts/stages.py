"""How long each stage of a transfer takes, counted where it happens: no more than an addition."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic

STAGE_SECONDS = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
"""Upper bounds of the buckets; one more is for what exceeds them all."""


class Stage(StrEnum):
    """In the order in which a transfer meets them; the names are labels of a metric."""

    HEAD = "head"  # reading the heads, name, channel, and what policy can say early
    BODY = "body"  # from the heads to the last byte of the body: the client's pace
    WORKER = "worker"  # waiting for a scan worker, and its answer
    TYPE = "type"  # in the worker, of all members together: what it is
    ARCHIVE = "archive"  # ... opening containers, and every check but the next
    YARA = "yara"
    CLAMD = "clamd"  # each question to clamd, beside the worker
    POLICY = "policy"
    LOG = "log"  # until the ledger has the record, on disk if it is a block


@dataclass(frozen=True, slots=True)
class StageCounts:
    """A histogram as the ledger gets it, counted from the start of the front's process."""

    buckets: tuple[int, ...]
    """Not cumulative; one more than STAGE_SECONDS."""
    seconds: float


@dataclass(slots=True)
class Histogram:
    bounds: Sequence[float]
    buckets: list[int] = field(init=False)
    """Not cumulative; the last one is for what exceeds every bound."""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.buckets = [0] * (len(self.bounds) + 1)

    def observe(self, seconds: float) -> None:
        self.buckets[bisect_left(self.bounds, seconds)] += 1
        self.seconds += seconds


class StageTimes:
    """The histograms of one front.  Belongs to one thread."""

    def __init__(self) -> None:
        self._stages = {stage: Histogram(STAGE_SECONDS) for stage in Stage}

    def observe(self, stage: Stage, seconds: float) -> None:
        self._stages[stage].observe(seconds)

    @contextmanager
    def measure(self, stage: Stage) -> Iterator[None]:
        """Count what the block takes, however it ends."""
        began = monotonic()
        try:
            yield
        finally:
            self._stages[stage].observe(monotonic() - began)

    def counts(self) -> dict[str, StageCounts]:
        return {
            stage.value: StageCounts(tuple(one.buckets), one.seconds)
            for stage, one in self._stages.items()
        }
