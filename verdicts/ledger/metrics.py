"""The text for Prometheus: what the ledger counted, and the last status of each front."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from verdicts.ledger.counters import Counters
from verdicts.ledger.state import LedgerState, SeenFront

GAUGES: tuple[tuple[str, str, Callable[[SeenFront], float]], ...] = (
    (
        "douane_front_status_age_seconds",
        "Seconds since its last report.",
        lambda seen: seen.age_seconds,
    ),
    ("douane_clamav_up", "1: clamd answers.", lambda seen: seen.status.clamav == "up"),
    ("douane_workers", "Scan workers alive.", lambda seen: seen.status.workers),
    ("douane_workers_wanted", "Scan workers configured.", lambda seen: seen.status.workers_wanted),
    ("douane_scan_queue_files", "Files that wait for a worker.", lambda seen: seen.status.queue),
    ("douane_icap_waiting", "Requests that wait for their turn.", lambda seen: seen.status.waiting),
    ("douane_spool_bytes", "Bytes of bodies held.", lambda seen: seen.status.spool_bytes),
    ("douane_icap_connections", "Connections open now.", lambda seen: seen.status.connections),
)


def exposition(counters: Counters, state: LedgerState) -> str:
    """Return the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Now(counters, state))
    return generate_latest(registry).decode()


class _Now(Collector):
    """What is true at this moment, as metrics."""

    def __init__(self, counters: Counters, state: LedgerState) -> None:
        self._counted = counters
        self._state = state

    def describe(self) -> Iterator[Metric]:
        """Claim no names at registration: that would collect twice."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        yield from self._counted.collect()
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
            "douane_front_versions",
            "What each front works with; the value is always 1.",
            labels=("front", "ruleset", "clamav", "istag"),
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
        refused = CounterMetricFamily(
            "douane_icap_refused",
            "Connections and requests turned away.",
            labels=("front", "cause"),
        )
        lookups = CounterMetricFamily(
            "douane_cache_lookups", "Questions to the verdict cache.", labels=("front", "outcome")
        )
        for seen in self._state.fronts:
            status, front = seen.status, str(seen.status.front)
            for key, count in sorted(status.requests.items()):
                service, _, code = key.partition(" ")
                requests.add_metric((front, service, code), count)
            for cause, count in sorted(status.worker_restarts.items()):
                restarts.add_metric((front, cause), count)
            for cause, count in sorted(status.refused.items()):
                refused.add_metric((front, cause), count)
            lookups.add_metric((front, "hit"), status.cache_hits)
            lookups.add_metric((front, "miss"), status.cache_misses)
        yield from (requests, restarts, refused, lookups)
