"""The text for Prometheus: what the ledger counted, and the last status of each front."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from scanners.clamav.database import stated_age
from verdicts.ledger.counters import Counters, cumulative
from verdicts.ledger.event_log.deliveries import Delivery
from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.stages import STAGE_SECONDS
from verdicts.status import REFUSALS

Read = Callable[[SeenFront], float | None]
"""None: nothing is known, and nothing is shown."""


def _database_built(seen: SeenFront) -> float | None:
    age = stated_age(seen.status.clamav_version)
    return age.built_at.timestamp() if age else None


GAUGES: tuple[tuple[str, str, Read], ...] = (
    ("front_status_age_seconds", "Seconds since its last report.", lambda seen: seen.age_seconds),
    ("clamav_up", "1: clamd answers.", lambda seen: seen.status.clamav == "up"),
    ("clamav_wanted", "0: ClamAV is off on purpose.", lambda seen: seen.status.clamav != "off"),
    (
        "clamav_database_timestamp_seconds",
        "When the official database was built; absent without one.",
        _database_built,
    ),
    ("workers", "Scan workers alive.", lambda seen: seen.status.workers),
    ("workers_wanted", "Scan workers configured.", lambda seen: seen.status.workers_wanted),
    (
        "sandbox_missing_protections",
        "What this kernel does not offer.",
        lambda seen: len(seen.status.sandbox_missing),
    ),
    ("scan_queue_files", "Files that wait for a worker.", lambda seen: seen.status.queue),
    ("icap_waiting", "Requests that wait for their turn.", lambda seen: seen.status.waiting),
    ("icap_connections", "Connections open now.", lambda seen: seen.status.connections),
    ("spool_bytes", "Bytes of bodies held.", lambda seen: seen.status.spool_bytes),
)
"""Of each front."""
LEDGER: tuple[tuple[str, str, Callable[[LedgerState], float]], ...] = (
    ("queued_records", "Records that wait for disk.", lambda state: state.queued),
    ("database_up", "1: records go into the database.", lambda state: state.database_writable),
    ("keeping", "1: records are durable, in database or journal.", lambda state: state.keeping),
    ("journal_records", "Records that wait in the journal.", lambda state: state.journal_records),
    ("journal_bytes", "Bytes of the journal.", lambda state: state.journal_bytes),
    (
        "journal_most_bytes",
        "Bytes that the journal may take; 0: there is none.",
        lambda state: state.journal_most_bytes,
    ),
    (
        "journal_faulty",
        "1: it is full, damaged, or cannot be written.",
        lambda state: bool(state.journal_fault),
    ),
)
SINKS: tuple[tuple[str, str, Callable[[Delivery], float]], ...] = (
    ("behind_events", "Events it has not taken out of the log yet.", lambda one: one.behind),
    ("outbox_events", "Events that are sent again later.", lambda one: one.waiting),
    ("away", "1: the receiver takes nothing now.", lambda one: one.away),
    ("disabled", "1: the receiver wants nothing more.", lambda one: one.disabled),
)


def exposition(counters: Counters, state: LedgerState, deliveries: Sequence[Delivery] = ()) -> str:
    """Return the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Now(counters, state, deliveries))
    return generate_latest(registry).decode()


class _Now(Collector):
    """What is true at this moment, as metrics."""

    def __init__(
        self, counters: Counters, state: LedgerState, deliveries: Sequence[Delivery]
    ) -> None:
        self._counted = counters
        self._state = state
        self._deliveries = deliveries

    def describe(self) -> Iterator[Metric]:
        """Claim no names at registration: that would collect twice."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        yield from self._counted.collect()
        for name, words, read in LEDGER:
            yield GaugeMetricFamily(f"douane_ledger_{name}", words, value=read(self._state))
        for name, words, value in (
            ("commit_failures", "Commits that failed.", self._state.failures),
            ("lost_records", "Records for which no room was left anywhere.", self._state.lost),
            (
                "journal_lost_bytes",
                "Of acknowledged records, damaged on disk before they could be stored.",
                self._state.journal_lost_bytes,
            ),
        ):
            yield CounterMetricFamily(f"douane_ledger_{name}", words, value=value)
        yield from self._gauges()
        yield from self._counters()
        yield self._stages()
        for name, words, read_sink in SINKS:
            family = GaugeMetricFamily(f"douane_sink_{name}", words, labels=("sink",))
            for one in self._deliveries:
                family.add_metric((one.sink,), read_sink(one))
            yield family

    def _gauges(self) -> Iterator[Metric]:
        for name, words, read in GAUGES:
            family = GaugeMetricFamily(f"douane_{name}", words, labels=("front",))
            for seen in self._state.fronts:
                if (value := read(seen)) is not None:
                    family.add_metric((str(seen.status.front),), value)
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
            for cause in REFUSALS:
                refused.add_metric((front, cause), status.refused.get(cause, 0))
            lookups.add_metric((front, "hit"), status.cache_hits)
            lookups.add_metric((front, "miss"), status.cache_misses)
        yield from (requests, restarts, refused, lookups)

    def _stages(self) -> Metric:
        family = HistogramMetricFamily(
            "douane_stage_seconds",
            "What each stage of a transfer takes; docs/metrics.md says what is in which.",
            labels=("front", "stage"),
        )
        for seen in self._state.fronts:
            for stage, counts in seen.status.stages.items():
                buckets = cumulative(STAGE_SECONDS, counts.buckets)
                family.add_metric((str(seen.status.front), stage), buckets, counts.seconds)
        return family
