"""The only owner of a Prometheus registry: counts records, shows the last status of each front."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.model import VerdictRecord

WORDS_A_LABEL = 100
"""Further values of an open label are counted as "other"."""
SCAN_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


GAUGES: tuple[tuple[str, str, Callable[[SeenFront], float]], ...] = (
    ("douane_front_status_age_seconds", "Since its last report.", lambda seen: seen.age_seconds),
    ("douane_clamav_up", "1: clamd answers.", lambda seen: seen.status.clamav == "up"),
    ("douane_workers", "Scan workers alive.", lambda seen: seen.status.workers),
    ("douane_workers_wanted", "Scan workers configured.", lambda seen: seen.status.workers_wanted),
    ("douane_scan_queue_files", "Files that wait for a worker.", lambda seen: seen.status.queue),
    ("douane_spool_bytes", "Bytes of bodies held.", lambda seen: seen.status.spool_bytes),
    ("douane_icap_connections", "Open now.", lambda seen: seen.status.connections),
)


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


class LedgerMetrics:
    """Counters since the start of the ledger; no file name, URL, user or hash is ever a label."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._service, self._channel = BoundedWords(), BoundedWords()
        labels = ("service", "direction", "channel", "level", "action")
        self._transfers = Counter(
            "douane_transfers", "Transfers judged.", labels, registry=self.registry
        )
        self._bytes = Counter(
            "douane_transfer_bytes", "Bytes of those.", labels, registry=self.registry
        )
        self._detections = Counter(
            "douane_detections", "Detections.", ("code",), registry=self.registry
        )
        self._unscanned = Counter(
            "douane_unscanned", "Parts that were not scanned.", ("reason",), registry=self.registry
        )
        self._scan = Histogram(
            "douane_scan_seconds",
            "From the last byte of the body to the ruling.",
            ("cached",),
            buckets=SCAN_SECONDS,
            registry=self.registry,
        )
        self._refused = Counter(
            "douane_ledger_refused_records",
            "Records that can never be stored; each is in the log.",
            registry=self.registry,
        )

    def count(self, records: Sequence[VerdictRecord], refused: int) -> None:
        self._refused.inc(refused)
        for record in records:
            transfer, ruling = record.transfer, record.ruling
            labels = (
                self._service(transfer.service),
                transfer.direction.value,
                self._channel(transfer.channel),
                ruling.verdict.level.name.lower(),
                ruling.action.value,
            )
            self._transfers.labels(*labels).inc()
            self._bytes.labels(*labels).inc(record.size)
            self._scan.labels(str(record.cached).lower()).observe(record.scan_ms / 1000)
            for found in ruling.verdict.detections:
                self._detections.labels(found.code.value).inc()
            for part in ruling.verdict.unscanned:
                self._unscanned.labels(part.reason.value).inc()

    def text(self, state: LedgerState) -> str:
        """Return the exposition in the text format of Prometheus."""
        now = _Now(state)
        self.registry.register(now)
        try:
            return generate_latest(self.registry).decode()
        finally:
            self.registry.unregister(now)


class _Now(Collector):
    """What is true at this moment, as metrics."""

    def __init__(self, state: LedgerState) -> None:
        self._state = state

    def describe(self) -> Iterator[Metric]:
        """Claim no names at registration: that would collect twice."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        for name, words, value in (
            ("queued_records", "Records that wait for disk.", self._state.queued),
            ("database_up", "1: the last commit succeeded.", self._state.database_writable),
        ):
            yield GaugeMetricFamily(f"douane_ledger_{name}", words, value=value)
        yield CounterMetricFamily(
            "douane_ledger_commit_failures", "Commits that failed.", value=self._state.failures
        )
        yield from self._gauges()
        yield from self._counters()

    def _gauges(self) -> Iterator[Metric]:
        for name, words, value in GAUGES:
            family = GaugeMetricFamily(name, words, labels=("front",))
            for seen in self._state.fronts:
                family.add_metric((str(seen.status.front),), value(seen))
            yield family
        versions = GaugeMetricFamily(
            "douane_front_versions", "Always 1.", labels=("front", "ruleset", "clamav", "istag")
        )
        for seen in self._state.fronts:
            status = seen.status
            labels = (str(status.front), status.ruleset, status.clamav_version, status.istag)
            versions.add_metric(labels, 1)
        yield versions

    def _counters(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "douane_icap_requests", "ICAP requests.", labels=("front", "service", "status")
        )
        restarts = CounterMetricFamily(
            "douane_worker_restarts", "Scan workers replaced.", labels=("front", "cause")
        )
        lookups = CounterMetricFamily(
            "douane_cache_lookups", "Verdict cache.", labels=("front", "outcome")
        )
        for seen in self._state.fronts:
            status, front = seen.status, str(seen.status.front)
            for key, count in sorted(status.requests.items()):
                service, _, code = key.partition(" ")
                requests.add_metric((front, service, code), count)
            for cause, count in sorted(status.worker_restarts.items()):
                restarts.add_metric((front, cause), count)
            lookups.add_metric((front, "hit"), status.cache_hits)
            lookups.add_metric((front, "miss"), status.cache_misses)
        yield from (requests, restarts, lookups)
