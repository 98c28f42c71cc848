"""The exposition: the state as it is now, and what was counted."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from verdicts.ledger.counters import Counters
from verdicts.ledger.entry import Entry
from verdicts.ledger.event_log.deliveries import Delivery
from verdicts.ledger.metrics import exposition
from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.stages import STAGE_SECONDS, StageCounts
from verdicts.status import FrontStatus

STATUS = FrontStatus(
    0, 42, "up", "ClamAV 1.4.6", "fildes", "", 2, 2, (), "rules", "tag", 3, 4, 5,
    {"respmod 204": 6, "options 200": 1}, 7, 8, {"crashed": 9}, 10, refused={"overload": 11},
    stages={"yara": StageCounts((2, *(len(STAGE_SECONDS) - 1) * (0,), 1), 99.5)},
)  # fmt: skip
STATE = LedgerState(
    True,
    11,
    12,
    (SeenFront(STATUS, 0.5),),
    keeping=True,
    journal_records=13,
    journal_bytes=14,
    journal_most_bytes=1400,
    journal_fault="It is full.",
    journal_lost_bytes=15,
    lost=15,
)


def samples(text: str) -> dict[tuple[str, str], float]:
    """Return values by name and joined label values."""
    return {
        (one.name, " ".join(one.labels.values())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_state_is_shown_as_it_is_now() -> None:
    got = samples(exposition(Counters(), STATE))
    assert got["douane_ledger_commit_failures_total", ""] == 11
    assert got["douane_ledger_queued_records", ""] == 12
    assert got["douane_ledger_database_up", ""] == 1
    assert got["douane_clamav_up", "0"] == 1
    assert got["douane_workers", "0"] == 2
    assert got["douane_front_status_age_seconds", "0"] == 0.5
    assert got["douane_spool_bytes", "0"] == 5
    assert got["douane_icap_requests_total", "0 respmod 204"] == 6
    assert got["douane_worker_restarts_total", "crashed 0"] == 9
    assert got["douane_cache_lookups_total", "0 miss"] == 8
    assert got["douane_icap_waiting", "0"] == 10
    assert got["douane_icap_refused_total", "overload 0"] == 11
    assert got["douane_front_versions", "ClamAV 1.4.6 0 tag rules"] == 1
    assert got["douane_ledger_keeping", ""] == 1
    assert got["douane_ledger_journal_records", ""] == 13
    assert got["douane_ledger_journal_bytes", ""] == 14
    assert got["douane_ledger_journal_most_bytes", ""] == 1400
    assert got["douane_ledger_journal_faulty", ""] == 1
    assert got["douane_ledger_journal_lost_bytes_total", ""] == 15
    assert got["douane_ledger_lost_records_total", ""] == 15


def test_sinks() -> None:
    one = Delivery("siem", 7, 8, away=True, disabled=False)
    got = samples(exposition(Counters(), STATE, [one]))
    names = ("behind_events", "outbox_events", "away", "disabled")
    assert [got[f"douane_sink_{name}", "siem"] for name in names] == [7, 8, 1, 0]


def test_stages_are_histograms() -> None:
    got = samples(exposition(Counters(), STATE))
    assert got["douane_stage_seconds_bucket", "0 0.0001 yara"] == 2
    assert got["douane_stage_seconds_bucket", "0 60.0 yara"] == 2
    assert got["douane_stage_seconds_bucket", "0 +Inf yara"] == 3
    assert got["douane_stage_seconds_count", "0 yara"] == 3
    assert got["douane_stage_seconds_sum", "0 yara"] == 99.5


@pytest.mark.parametrize(
    "state, version, expected",
    [
        ("up", "ClamAV 1.4.6/27000/Mon Jan  5 10:00:00 2026", (1, 1, 1767607200)),
        ("down", "ClamAV 1.4.6", (0, 1, None)),
        ("off", "", (0, 0, None)),
    ],
)
def test_clamav(state: str, version: str, expected: tuple[float | None, ...]) -> None:
    status = replace(STATUS, clamav=state, clamav_version=version)
    got = samples(exposition(Counters(), replace(STATE, fronts=(SeenFront(status, 0),))))
    names = ("up", "wanted", "database_timestamp_seconds")
    assert tuple(got.get((f"douane_clamav_{name}", "0")) for name in names) == expected


def test_what_was_counted_is_shown(make_entry: Callable[[int], Entry]) -> None:
    counters = Counters()
    counters.count([make_entry(1), make_entry(1), make_entry(2)], refused=3)
    got = samples(exposition(counters, STATE))
    labels = "block unknown download unknown respmod"
    assert got["douane_transfers_total", labels] == 2
    assert got["douane_transfer_bytes_total", labels] == 2000
    assert got["douane_detections_total", "signature.yara"] == 3
    assert got["douane_unscanned_total", "encrypted"] == 3
    assert got["douane_scan_seconds_count", "false"] == 2
    assert got["douane_scan_seconds_sum", "false"] == 0.003
    assert got["douane_scan_seconds_bucket", "false 0.001"] == 0
    assert got["douane_scan_seconds_bucket", "false 0.0025"] == 2
    assert got["douane_scan_seconds_bucket", "false +Inf"] == 2
    assert got["douane_ledger_refused_records_total", ""] == 3


def test_nothing_of_a_transfer_is_a_label(make_entry: Callable[[int], Entry]) -> None:
    counters = Counters()
    counters.count([make_entry(2)], refused=0)
    text = exposition(counters, STATE)
    for word in ("gpj.exe", "im.example", "192.0.2", "bob", f"{2:064x}", "Worm_X"):
        assert word not in text
