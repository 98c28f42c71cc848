"""What the ledger counts since its start: plain numbers, made into metrics when somebody asks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from scanners.model import Code, Reason
from verdicts.ledger.entry import Entry
from verdicts.stages import Histogram

WORDS_A_LABEL = 100
"""Further values of an open label are counted as "other"."""
SCAN_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LABELS = ("service", "direction", "channel", "level", "action")


class BoundedWords:
    """Keeps a label from growing without bound."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __call__(self, word: str) -> str:
        if word not in self._known:
            if len(self._known) >= WORDS_A_LABEL:
                return "other"
            self._known.add(word)
        return word


@dataclass(slots=True)
class Transfers:
    count: int = 0
    bytes: int = 0


class Counters:
    """No file name, URL, user or hash is ever a label.

    What has few values begins with a zero for each: to a monitor, a series that appears with a one
    did not rise.
    """

    def __init__(self) -> None:
        self._service, self._channel = BoundedWords(), BoundedWords()
        self._transfers: dict[tuple[str, ...], Transfers] = defaultdict(Transfers)
        self._detections: dict[str, int] = defaultdict(int, {code.value: 0 for code in Code})
        self._unscanned: dict[str, int] = defaultdict(int, {one.value: 0 for one in Reason})
        self._scans = {cached: Histogram(SCAN_SECONDS) for cached in (False, True)}
        self._refused = 0

    def count(self, entries: Iterable[Entry], refused: int) -> None:
        self._refused += refused
        for verdict, detections, unscanned in entries:
            service, channel = self._service(verdict.service), self._channel(verdict.channel)
            labels = (service, verdict.direction, channel, verdict.level, verdict.action)
            transfers = self._transfers[labels]
            transfers.count += 1
            transfers.bytes += verdict.size
            self._scans[verdict.cached].observe(verdict.scan_ms / 1000)
            for found in detections:
                self._detections[found.code] += 1
            for missed in unscanned:
                self._unscanned[missed.reason] += 1

    def collect(self) -> Iterator[Metric]:
        count = CounterMetricFamily("douane_transfers", "Transfers judged.", labels=LABELS)
        size = CounterMetricFamily("douane_transfer_bytes", "Bytes of those.", labels=LABELS)
        for labels, transfers in self._transfers.items():
            count.add_metric(labels, transfers.count)
            size.add_metric(labels, transfers.bytes)
        yield from (count, size, self._durations())
        detections = CounterMetricFamily("douane_detections", "Detections.", labels=("code",))
        for code, number in self._detections.items():
            detections.add_metric((code,), number)
        unscanned = CounterMetricFamily(
            "douane_unscanned", "Parts that were not scanned.", labels=("reason",)
        )
        for reason, number in self._unscanned.items():
            unscanned.add_metric((reason,), number)
        yield from (detections, unscanned)
        yield CounterMetricFamily(
            "douane_ledger_refused_records",
            "Records that can never be stored; each is in the log.",
            value=self._refused,
        )

    def _durations(self) -> Metric:
        family = HistogramMetricFamily(
            "douane_scan_seconds",
            "From the last byte of the body to the ruling.",
            labels=("cached",),
        )
        for cached, durations in self._scans.items():
            buckets = cumulative(SCAN_SECONDS, durations.buckets)
            family.add_metric((str(cached).lower(),), buckets, durations.seconds)
        return family


def cumulative(bounds: Sequence[float], counts: Iterable[int]) -> list[tuple[str, float]]:
    """Return a histogram's buckets as Prometheus wants them."""
    names = (*map(str, map(float, bounds)), "+Inf")
    return list(zip(names, map(float, accumulate(counts))))
